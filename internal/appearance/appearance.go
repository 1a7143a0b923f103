// Package appearance is how a merchant makes the checkout look like its shop: a few
// choices, each checked, out of which the server makes the style sheet. A merchant writes
// no CSS, so no text of its can become any.
//
// Refused here: a choice that nobody could read. Whatever the accent, text keeps the
// contrast that WCAG 2.2 asks for (success criteria 1.4.3 and 1.4.11, level AA).
package appearance

import (
	"bytes"
	"cmp"
	"errors"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/paywicket/paywicket/internal/fault"
)

// Appearance is a merchant's choices. The zero value is the checkout's own look, and so is
// every field that is empty.
type Appearance struct {
	Theme   Theme   `json:"theme,omitempty"`
	Accent  string  `json:"accent,omitempty"`  // #rrggbb, of buttons, links and what is chosen
	Font    string  `json:"font,omitempty"`    // a name of ours, or a list of families that shoppers' devices may have
	Radius  *int    `json:"radius,omitempty"`  // of corners, in CSS pixels from 0 to 24; nil for 10
	Density Density `json:"density,omitempty"` // how much room there is between things
	Labels  Labels  `json:"labels,omitempty"`  // where a field's name stands
}

// Theme is whether the checkout is light or dark.
type Theme string

// The themes. System, the default, is what the shopper's device is set to.
const (
	Light  Theme = "light"
	Dark   Theme = "dark"
	System Theme = "system"
)

// Density is how much room there is between things.
type Density string

// The densities; Normal is the default.
const (
	Compact  Density = "compact"
	Normal   Density = "normal"
	Spacious Density = "spacious"
)

// Labels is where a field's name stands.
type Labels string

// The places of labels: above the field, the default, or in it until something is typed.
const (
	Above    Labels = "above"
	Floating Labels = "floating"
)

// Limits of an appearance.
const (
	// MaxJSON bounds an appearance's JSON, in bytes: it comes in addresses.
	MaxJSON = 1 << 10

	maxFont   = 120 // bytes
	maxRadius = 24
)

// Parse reads an appearance from JSON and checks it. Errors: faults that name the field,
// such as appearance.accent.
func Parse(text []byte) (Appearance, error) {
	var a Appearance
	if len(text) > MaxJSON {
		return a, fault.Field("appearance", "An appearance may have %d bytes of JSON at most.", MaxJSON)
	}
	if err := json.UnmarshalRead(bytes.NewReader(text), &a, json.RejectUnknownMembers(true)); err != nil {
		return Appearance{}, parseFault(err)
	}
	if err := a.Check(); err != nil {
		return Appearance{}, err
	}
	return a, nil
}

// parseFault says what is wrong with an appearance's JSON, by the field where it can.
func parseFault(err error) error {
	if semantic, ok := errors.AsType[*json.SemanticError](err); ok && semantic.JSONPointer != "" {
		field := spelled(semantic.JSONPointer)
		if errors.Is(err, json.ErrUnknownName) {
			return fault.Field(field, "An appearance has no such field. It may have theme, accent, font, radius, density and labels.")
		}
		return fault.Field(field, "This field has the wrong type: radius is a whole number, every other field is text.")
	}
	if syntactic, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		return fault.Field(spelled(syntactic.JSONPointer), "This field is given twice.")
	}
	return fault.Field("appearance", `An appearance is one JSON object, such as {"theme":"dark","accent":"#2b50c8"}.`)
}

// spelled is the dotted name of a field. What is no name of ours is not repeated whole.
func spelled(pointer jsontext.Pointer) string {
	name := "appearance"
	for part := range pointer.Tokens() {
		name += "." + strings.Map(func(r rune) rune {
			if r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
				return r
			}
			return -1
		}, part[:min(len(part), 40)])
	}
	return name
}

// Check refuses an appearance that cannot be. Errors: faults that name the field and what
// it may be.
func (a Appearance) Check() error {
	switch {
	case !oneOf(a.Theme, Light, Dark, System):
		return fault.Field("appearance.theme", "The theme is light, dark or system.")
	case a.Accent != "" && !isColour(a.Accent):
		return fault.Field("appearance.accent", "The accent is a colour of the form #rrggbb, such as #2b50c8.")
	case !isFont(a.Font):
		return fault.Field("appearance.font", "The font is system, serif, mono or rounded, or names of fonts with commas between: letters, digits, spaces, ' and -, %d bytes at most.", maxFont)
	case a.Radius != nil && (*a.Radius < 0 || *a.Radius > maxRadius):
		return fault.Field("appearance.radius", "The radius is a whole number of pixels from 0 to %d.", maxRadius)
	case !oneOf(a.Density, Compact, Normal, Spacious):
		return fault.Field("appearance.density", "The density is compact, normal or spacious.")
	case !oneOf(a.Labels, Above, Floating):
		return fault.Field("appearance.labels", "Labels stand above or floating.")
	}
	return nil
}

// oneOf tells whether a choice is one there is, or none.
func oneOf[T ~string](chosen T, there ...T) bool {
	for _, one := range there {
		if chosen == one {
			return true
		}
	}
	return chosen == ""
}

// Over lays an appearance over another: what it leaves empty is the other's.
func (a Appearance) Over(base Appearance) Appearance {
	a.Theme, a.Accent, a.Font = cmp.Or(a.Theme, base.Theme), cmp.Or(a.Accent, base.Accent), cmp.Or(a.Font, base.Font)
	a.Radius, a.Density, a.Labels = cmp.Or(a.Radius, base.Radius), cmp.Or(a.Density, base.Density), cmp.Or(a.Labels, base.Labels)
	return a
}
