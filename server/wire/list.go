package wire

import (
	"bytes"
	"reflect"
)

// EachLoosely reads a body as DecodeLoosely does, but for one list in it, of any length, that
// is named list: each is given the bytes of its items in their order, as they stand, to be
// decoded one by one, so that the list is never held as anything but the body. The limits of
// DecodeLoosely hold for the body without the list, and for each item by itself.
//
// Errors: those of DecodeLoosely, and what each gives, which ends the reading.
func EachLoosely(body []byte, into any, list string, each func(item []byte) error) error {
	f := &filler{scanner{body: body, limits: looseLimits}}
	return f.document(func() error {
		if f.next() != '{' {
			return notJSON()
		}
		return f.object(1, func(name []byte) error {
			if !bytes.EqualFold(name[1:len(name)-1], []byte(list)) || f.next() != '[' {
				return f.member(reflect.ValueOf(into).Elem(), name, "", 1)
			}
			return f.sequence(2, '[', ']', func() error {
				start, members := f.at, f.members
				if err := f.skip(2); err != nil {
					return err
				}
				f.members = members - 1 // they are the item's own, which whoever decodes it counts
				return each(bytes.TrimSpace(f.body[start:f.at]))
			})
		})
	})
}
