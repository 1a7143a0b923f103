package lookup

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
)

// Pack makes a table of a list and gives both it and the list in the form that is
// kept: compressed, as it was read.
func Pack(list io.Reader, skipped func(Skipped)) (*Table, []byte, error) {
	var kept bytes.Buffer
	press := gzip.NewWriter(&kept)
	table, err := Read(io.TeeReader(list, press), skipped)
	if err != nil {
		return nil, nil, err
	}
	if err := press.Close(); err != nil {
		return nil, nil, fmt.Errorf("lookup: pack: %w", err)
	}
	return table, kept.Bytes(), nil
}

// Unpack makes the table of what Pack kept.
func Unpack(kept []byte) (*Table, error) {
	list, err := gzip.NewReader(bytes.NewReader(kept))
	if err != nil {
		return nil, fmt.Errorf("lookup: unpack: %w", err)
	}
	return Read(list, func(Skipped) {})
}
