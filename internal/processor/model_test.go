package processor_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/processor"
)

// No part of a transmission can hold a card number or a CVV as what it is.
func TestATransmissionHoldsNoCard(t *testing.T) {
	t.Parallel()
	seen := map[reflect.Type]bool{}
	var look func(reflect.Type, string)
	look = func(r reflect.Type, at string) {
		if strings.HasSuffix(r.PkgPath(), "internal/pan") {
			t.Errorf("%s is a %s", at, r)
		}
		if seen[r] || r.PkgPath() == "time" {
			return
		}
		seen[r] = true
		switch r.Kind() {
		case reflect.Struct:
			for field := range r.Fields() {
				look(field.Type, at+"."+field.Name)
			}
		case reflect.Slice, reflect.Array, reflect.Pointer, reflect.Map:
			look(r.Elem(), at+"[]")
		case reflect.Interface:
			t.Errorf("%s can be anything", at)
		}
	}
	look(reflect.TypeFor[processor.Transmission](), "Transmission")
	if len(seen) < 5 {
		t.Errorf("only %d types were looked at", len(seen))
	}
}
