package page

// What is told of a question, for the test of every state there is.
var (
	StatusOf = statusOf
	SayingOf = sayingOf
	Deadline = deadline
)
