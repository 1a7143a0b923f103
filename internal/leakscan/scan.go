// Package leakscan looks for card numbers where none may be: in files, databases,
// logs, answers, and the memory of a process.
//
// It finds numbers that pass the check digit and belong to a scheme, written as
// digits, in groups, as hexadecimal, base64, percent-encoded or UTF-16, and in gzip.
// What it reports shows no more than BIN and last four.
package leakscan

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/paywicket/paywicket/internal/card"
	"github.com/paywicket/paywicket/internal/pan"
)

// How a stream is read: window bytes at a time, each with the end of the one before,
// so that nothing hides between two. Numbers span far fewer bytes than overlap.
const (
	window  = 1 << 20
	overlap = 1 << 10
	// mostUnpacked bounds what is unpacked of one gzip, against one made to be endless.
	mostUnpacked = 256 << 20
	deepest      = 3 // gzip in gzip
)

// Form is how a number was written.
type Form string

// The forms that are looked for.
const (
	Digits  Form = "digits"
	Grouped Form = "grouped" // with spaces, dashes, or + and %20 as in a form
	Hex     Form = "hex"
	Base64  Form = "base64"
	Percent Form = "percent-encoded"
	UTF16   Form = "utf-16"
)

// Hit is a number that was found.
type Hit struct {
	Offset int64 // of its first byte, in the stream or in what was unpacked
	Form   Form
	Packed bool // within gzip
	Masked string
}

// String says it, without the number.
func (h Hit) String() string {
	packed := ""
	if h.Packed {
		packed = " in gzip"
	}
	return fmt.Sprintf("byte %d: %s as %s%s", h.Offset, h.Masked, h.Form, packed)
}

// Scan reads a stream to its end and reports what it finds. Errors are the stream's.
func Scan(r io.Reader, report func(Hit)) error { return scan(r, 0, report) }

func scan(r io.Reader, depth int, report func(Hit)) error {
	buffer := make([]byte, overlap+window)
	defer clear(buffer)
	kept, base := 0, int64(0)
	reported := map[Hit]bool{}
	for {
		n, err := io.ReadFull(r, buffer[kept:])
		held := buffer[:kept+n]
		find(held, func(at int, form Form, masked string) {
			hit := Hit{base + int64(at), form, depth > 0, masked}
			if !reported[hit] { // what lies in the overlap is seen twice
				reported[hit] = true
				report(hit)
			}
		})
		if depth < deepest {
			unpack(held, depth, report)
		}
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return nil
		}
		if err != nil {
			return err
		}
		kept = copy(buffer, held[len(held)-overlap:])
		base += int64(len(held) - kept)
	}
}

// unpack scans every gzip that begins here. One that goes on beyond what is held is
// unpacked as far as it is held.
func unpack(held []byte, depth int, report func(Hit)) {
	for at := 0; ; at++ {
		next := bytes.Index(held[at:], []byte{0x1f, 0x8b, 0x08})
		if next < 0 {
			return
		}
		at += next
		if packed, err := gzip.NewReader(bytes.NewReader(held[at:])); err == nil {
			packed.Multistream(false)
			_ = scan(io.LimitReader(packed, mostUnpacked), depth+1, report) // what breaks off was looked at so far
		}
	}
}

// found tells whether digits are a card number, and how it is shown.
func found(digits []byte) (masked string, ok bool) {
	number, err := pan.ParseNumber(digits)
	if err != nil {
		return "", false
	}
	defer number.Wipe()
	// Maestro's numbers may have any length and many beginnings; the short ones turn
	// up by chance, in a program's own tables for one.
	brand := number.Brand()
	return number.Masked(), brand != card.Unknown && (brand != card.Maestro || number.Len() >= 16)
}

// find looks for numbers in every form.
func find(held []byte, report func(at int, form Form, masked string)) {
	findDigits(held, report)
	findPairs(held, "", Hex, report)
	findPairs(held, "%", Percent, report)
	findWide(held, report)
	findBase64(held, report)
}

// findBase64 decodes every run of its alphabet, from each of the four places at which
// a group may begin, and looks for digits in that.
func findBase64(held []byte, report func(int, Form, string)) {
	const shortest = 18 // 13 digits
	decoded := make([]byte, 0, 1024)
	defer func() { clear(decoded[:cap(decoded)]) }()
	run := make([]byte, 0, 1024)
	defer func() { clear(run[:cap(run)]) }()
	for at := 0; at < len(held); at++ {
		run = run[:0]
		from := at
		for at < len(held) && isBase64(held[at]) {
			run = append(run, standard(held[at]))
			at++
		}
		if len(run) < shortest {
			continue
		}
		for shift := range 4 {
			whole := len(run) - shift
			if whole%4 == 1 {
				whole-- // no text has such a length
			}
			decoded = append(decoded[:0], make([]byte, base64.RawStdEncoding.DecodedLen(whole))...)
			n, _ := base64.RawStdEncoding.Decode(decoded, run[shift:shift+whole])
			findDigits(decoded[:n], func(in int, _ Form, masked string) { report(from+shift+in*4/3, Base64, masked) })
		}
	}
}

func isBase64(b byte) bool {
	return b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b >= '0' && b <= '9' || b == '+' || b == '/' || b == '-' || b == '_'
}

// standard turns the alphabet of URLs into the usual one.
func standard(b byte) byte {
	switch b {
	case '-':
		return '+'
	case '_':
		return '/'
	}
	return b
}
