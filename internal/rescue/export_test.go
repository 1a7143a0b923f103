package rescue

// The steps of an order, which are pure and tried as such.
var (
	Begin       = begin
	Settled     = settled
	Answered    = answered
	Late        = late
	Interrupted = interrupted
	Cancel      = cancelled
	ErrSame     = errSame
	Terms       = Order.terms
)
