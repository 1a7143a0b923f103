// Package fault is the one error model of the house.
//
// An error is made where it is known, with a code from a closed set, a message
// that tells the caller what to do, and the input field it is about. It is
// turned into HTTP once, at the edge (server/wire), and each foreign dialect
// turns the same codes into its own shape.
//
// Anything that is not a *fault.Error counts as Internal: its text is logged
// and never shown.
package fault

import (
	"errors"
	"fmt"
)

// Code says what kind of thing went wrong. The set is closed: All lists it, and
// every surface that renders errors is tested to know each of them.
type Code string

// The closed set of codes.
const (
	Invalid         Code = "invalid"         // a value is wrong; Field names it
	Malformed       Code = "malformed"       // the body could not be read at all
	TooLarge        Code = "too_large"       // the body is over the route's limit
	Unsupported     Code = "unsupported"     // a content type or encoding that is not served here
	BadMethod       Code = "bad_method"      // the address does not answer to that method
	Unauthenticated Code = "unauthenticated" // no key, or a wrong one
	Forbidden       Code = "forbidden"       // the key is good, but not for this
	NotFound        Code = "not_found"       // unknown here, or somebody else's: the answer is the same
	Conflict        Code = "conflict"        // the thing's state does not allow it
	Gone            Code = "gone"            // it was there and has expired
	TooMany         Code = "too_many"        // a limit is used up
	ProofNeeded     Code = "proof_needed"    // the browser is to work something out first
	Unavailable     Code = "unavailable"     // ours to mend; the same request may work later
	Internal        Code = "internal"        // a bug or a broken machine
)

// All lists every code, for tables that must be complete.
var All = []Code{
	Invalid, Malformed, TooLarge, Unsupported, BadMethod, Unauthenticated, Forbidden,
	NotFound, Conflict, Gone, TooMany, ProofNeeded, Unavailable, Internal,
}

// Error is a failure that a caller can act on.
type Error struct {
	Code    Code
	Message string // what is wrong and what to do; safe to show; never holds card data
	Field   string // the input it is about in the caller's own spelling, or empty
	Retry   bool   // the same request may succeed later, unchanged

	cause error
}

// New makes an error with a code and a message for the caller.
func New(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...), Retry: code == Unavailable}
}

// Field makes an Invalid error about one input field.
func Field(field, format string, args ...any) *Error {
	return &Error{Code: Invalid, Field: field, Message: fmt.Sprintf(format, args...)}
}

// Wrap adds a code and a message for the caller to a cause that only the log sees.
func Wrap(cause error, code Code, format string, args ...any) *Error {
	e := New(code, format, args...)
	e.cause = cause
	return e
}

// Error gives the text for logs: the message, then the cause.
func (e *Error) Error() string {
	text := string(e.Code) + ": " + e.Message
	if e.Field != "" {
		text = string(e.Code) + ": " + e.Field + ": " + e.Message
	}
	if e.cause != nil {
		text += ": " + e.cause.Error()
	}
	return text
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf gives the code of err: that of the first *Error in its chain, else Internal.
func CodeOf(err error) Code { return Of(err).Code }

// Of gives the first *Error in err's chain. Any other error becomes an Internal
// one whose message reveals nothing.
func Of(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return Wrap(err, Internal, "Something went wrong on our side. Nothing about it is your mistake; try again later.")
}
