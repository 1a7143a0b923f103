package report

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// column is one column of the CSV: what it says in each part, nil where it says nothing.
type column struct {
	name     string
	rescued  func(Rescued) string
	checkout func(Checkout) string
}

// columns are those of the CSV, in order. Their names are those of the JSON.
var columns = []column{
	{"part", func(Rescued) string { return "rescue" }, func(Checkout) string { return "checkout" }},
	{"site", func(r Rescued) string { return text(r.Site) }, func(c Checkout) string { return text(c.Site) }},
	{"descriptor", func(r Rescued) string { return text(r.Descriptor) }, func(c Checkout) string { return text(c.Descriptor) }},
	{"kind", func(r Rescued) string { return string(r.Kind) }, nil},
	{"source", func(r Rescued) string { return string(r.Source) }, nil},
	{"currency", func(r Rescued) string { return r.Currency }, func(c Checkout) string { return c.Currency }},
	{"test", func(r Rescued) string { return strconv.FormatBool(r.Test) }, func(c Checkout) string { return strconv.FormatBool(c.Test) }},
	{"transmitted_approved", func(r Rescued) string { return number(r.TransmittedApproved) }, nil},
	{"transmitted_approved_amount", func(r Rescued) string { return number(r.TransmittedApprovedAmount) }, nil},
	{"transmitted_declined", func(r Rescued) string { return number(r.TransmittedDeclined) }, nil},
	{"transmitted_declined_amount", func(r Rescued) string { return number(r.TransmittedDeclinedAmount) }, nil},
	{"evaluated", func(r Rescued) string { return number(r.Evaluated) }, nil},
	{"evaluated_amount", func(r Rescued) string { return number(r.EvaluatedAmount) }, nil},
	{"trials", func(r Rescued) string { return number(r.Trials) }, nil},
	{"approved", nil, func(c Checkout) string { return number(c.Approved) }},
	{"authorized", nil, func(c Checkout) string { return number(c.Authorized) }},
	{"declined", nil, func(c Checkout) string { return number(c.Declined) }},
	{"failed", nil, func(c Checkout) string { return number(c.Failed) }},
	{"declined_attempts", nil, func(c Checkout) string { return number(c.DeclinedAttempts) }},
	{"pending", func(r Rescued) string { return number(r.Pending) }, func(c Checkout) string { return number(c.Pending) }},
	{"rescued", func(r Rescued) string { return number(r.Rescued) }, func(c Checkout) string { return number(c.Rescued) }},
	{"rescued_amount", func(r Rescued) string { return number(r.RescuedAmount) }, func(c Checkout) string { return number(c.RescuedAmount) }},
	{"captured", func(r Rescued) string { return number(r.Captured) }, func(c Checkout) string { return number(c.Captured) }},
	{"refunded", func(r Rescued) string { return number(r.Refunded) }, func(c Checkout) string { return number(c.Refunded) }},
	{"voided", func(r Rescued) string { return number(r.Voided) }, func(c Checkout) string { return number(c.Voided) }},
	{"net", func(r Rescued) string { return number(r.Net) }, func(c Checkout) string { return number(c.Net) }},
	{"reversed", func(r Rescued) string { return number(r.Reversed) }, func(c Checkout) string { return number(c.Reversed) }},
}

// CSV writes the report as comma-separated values (RFC 4180), with a line of names first
// and the part that a line is of in its first column. What a part does not have is empty.
func (r Report) CSV(w io.Writer) error {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	line := make([]string, len(columns))
	for i, c := range columns {
		line[i] = c.name
	}
	if err := out.Write(line); err != nil {
		return err
	}
	for _, row := range r.Rescue {
		for i, c := range columns {
			line[i] = cell(c.rescued, row)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	for _, row := range r.Checkout {
		for i, c := range columns {
			line[i] = cell(c.checkout, row)
		}
		if err := out.Write(line); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

func cell[Row any](say func(Row) string, row Row) string {
	if say == nil {
		return ""
	}
	return say(row)
}

func number[N int | int64](n N) string { return strconv.FormatInt(int64(n), 10) }

// text is a text that a spreadsheet does not take for a formula (OWASP, CSV Injection): a
// descriptor may begin with a plus or a minus sign.
func text(s string) string {
	if strings.HasPrefix(s, "+") || strings.HasPrefix(s, "-") || strings.HasPrefix(s, "=") || strings.HasPrefix(s, "@") {
		return "'" + s
	}
	return s
}
