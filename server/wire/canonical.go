package wire

import (
	"bytes"
	"slices"

	"github.com/paywicket/paywicket/internal/fault"
)

// Canonical writes a JSON object so that two that say the same are the same: its
// members sorted, and no space between anything. A member cvv is left out, whatever it
// holds; names with escapes, which could be another way to write it, are refused. It does
// not say whether the rest is good JSON: what is not is refused where it is read. The
// result may hold a card number as the body did: the caller clears it.
func Canonical(body []byte) ([]byte, error) {
	tight := squeezed(body)
	defer clear(tight)
	if len(tight) < 2 || tight[0] != '{' || tight[len(tight)-1] != '}' {
		return nil, notJSON()
	}
	members := split(tight[1 : len(tight)-1])
	if slices.ContainsFunc(members, hasEscapedName) {
		return nil, fault.New(fault.Malformed, "Write the names of the body's fields without escapes.")
	}
	members = slices.DeleteFunc(members, func(member []byte) bool {
		return len(member) >= 6 && bytes.EqualFold(member[:6], []byte(`"cvv":`))
	})
	slices.SortFunc(members, bytes.Compare)
	return bytes.Join(members, []byte(",")), nil
}

func hasEscapedName(member []byte) bool {
	name, _, _ := bytes.Cut(bytes.TrimPrefix(member, []byte(`"`)), []byte(`"`))
	return bytes.IndexByte(name, '\\') >= 0
}

// squeezed copies JSON without the space between its parts.
func squeezed(body []byte) []byte {
	out := make([]byte, 0, len(body))
	outside(body, func(b byte, within bool) {
		if within || b != ' ' && b != '\t' && b != '\n' && b != '\r' {
			out = append(out, b)
		}
	})
	return out
}

// split cuts a list of members where its commas are, in place.
func split(members []byte) [][]byte {
	var parts [][]byte
	depth, from, at := 0, 0, 0
	outside(members, func(b byte, within bool) {
		switch {
		case within:
		case b == '{' || b == '[':
			depth++
		case b == '}' || b == ']':
			depth--
		case b == ',' && depth == 0:
			parts = append(parts, members[from:at])
			from = at + 1
		}
		at++
	})
	return append(parts, members[from:])
}

// outside goes through JSON byte by byte and tells which are within a text, its quotes
// included.
func outside(json []byte, visit func(b byte, within bool)) {
	within, escaped := false, false
	for _, b := range json {
		starts := !within && b == '"'
		visit(b, within || starts)
		switch {
		case escaped:
			escaped = false
		case within && b == '\\':
			escaped = true
		case b == '"':
			within = !within
		}
	}
}
