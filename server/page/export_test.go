package page

import (
	"github.com/paywicket/paywicket/internal/checkout"
	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/server/language"
	"github.com/paywicket/paywicket/server/wire"
)

// What is told of a question, for the test of every state there is.
var (
	StatusOf = statusOf
	SayingOf = sayingOf
	Deadline = deadline
)

// What is told of a checkout, likewise.
var (
	ReasonOf = reasonOf
	Inlined  = inlined
)

// Written are the words that documents do not carry for their script.
const Written = written

// PhaseOf is what a checkout shows for a newest payment of a status; empty for none.
func PhaseOf(v checkout.View, status string, refused fault.Code) string {
	if status == "" {
		return string(phaseOf(v, nil, refused))
	}
	return string(phaseOf(v, &PayResult{Status: status}, refused))
}

// FlawText is what is said of a field in a language.
func FlawText(l language.Language, field string, flaw wire.Flaw) string {
	return flawText(shopper{Language: l}, field, flaw, 3)
}

// Countries lists codes and names, by turns, in the order of a language.
func Countries(l language.Language) []string {
	var all []string
	for _, c := range countries(l) {
		all = append(all, c.Code, c.Name)
	}
	return all
}
