package vault

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"maps"
	"slices"

	"github.com/paywicket/paywicket/internal/fault"
)

// A record is held together by its tag: a signature over every field. Whoever can
// write the database but has no key cannot make another record of it, not even of
// what is shown and not sealed. What they can do is put back the whole of an older
// one; so when a record is changed its tag is put down in a second place too, and an
// older record does not fit that. Who puts both back is found by Verify, from the
// audit trail; who puts that back too has restored a backup.

// tagged is the record with its tag.
func (s *Service) tagged(r Record) (Record, error) {
	tag, err := s.Keys.Sign(r.message())
	if err != nil {
		return r, fmt.Errorf("vault: %w", err)
	}
	r.Tag = tag
	return r, nil
}

// check is an error unless the record is the last one that was written of its card.
func (s *Service) check(r Record) error {
	err := s.Keys.CheckSignature(r.message(), r.Tag)
	if err == nil && r.ChangedTag != nil && !bytes.Equal(r.ChangedTag, r.Tag) {
		err = fmt.Errorf("vault: it is an older record than the last")
	}
	if err != nil {
		return fault.Wrap(err, fault.Internal, "The record of this card is not what was written.")
	}
	return nil
}

// message is every field of a record, each text with its length before it so that no
// two records read the same.
func (r Record) message() []byte {
	m := make([]byte, 0, 512)
	// Only where there are some: the tags of those without are older than these fields.
	if r.Customer.ID != "" || !r.Consent.At.IsZero() || r.Consent.Payment != "" {
		m = appendText(m, "paywicket card record of a customer")
		m = appendText(m, r.Customer.ID)
		m = appendText(m, r.Consent.Payment)
		m = binary.AppendVarint(m, r.Consent.At.UnixMilli())
	}
	for _, text := range []string{
		"paywicket card record", r.Merchant, string(r.Token[:]), string(r.Sealed), r.Fingerprint, string(r.Summary.Brand), r.Summary.BIN,
		r.Summary.Last4, r.Customer.Name, r.Customer.Email, r.Customer.Phone,
	} {
		m = appendText(m, text)
	}
	for _, n := range []int64{
		int64(r.Version), int64(r.Revision), int64(r.Summary.ExpMonth), int64(r.Summary.ExpYear),
		r.CreatedAt.UnixMilli(), r.RevokedAt.UnixMilli(), r.ExpiresAt.UnixMilli(), r.UsedAt.UnixMilli(),
	} {
		m = binary.AppendVarint(m, n)
	}
	// Only where there are some: the tags of those without are older than this field.
	for _, processor := range slices.Sorted(maps.Keys(r.StoredAs)) {
		m = appendText(m, processor)
		m = appendText(m, r.StoredAs[processor])
	}
	return m
}

// appendText adds a text with its length before it.
func appendText(m []byte, text string) []byte {
	return append(binary.AppendUvarint(m, uint64(len(text))), text...)
}
