package language

// What is written apart from words, to be held against Intl.
var (
	Number   = Language.number
	Category = category
)
