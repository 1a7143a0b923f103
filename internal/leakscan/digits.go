package leakscan

// The shortest and longest numbers that are looked for. Twelve digits, of which some
// of Maestro's have no more, turn up by chance too often.
const (
	shortest = 13
	longest  = 19
)

// findDigits looks for runs of digits, alone or in groups with one separator between.
// Groups are as on cards: four digits first, then three to six in each, and whatever
// is left in the last; others are mostly times. A run that is longer than any number
// is none: it is an id or a time.
func findDigits(held []byte, report func(int, Form, string)) {
	var digits [longest + 1]byte
	defer clear(digits[:])
	for at := 0; at < len(held); at++ {
		if !isDigit(held[at]) || at > 0 && isDigit(held[at-1]) {
			continue
		}
		n, form, end, group := 0, Digits, at, 0
		for end < len(held) && n <= longest {
			if isDigit(held[end]) {
				digits[n] = held[end]
				n, end, group = n+1, end+1, group+1
				continue
			}
			if n >= shortest {
				tell(digits[:n], at, form, report)
			}
			gap := separator(held[end:])
			if gap == 0 || end+gap >= len(held) || !isDigit(held[end+gap]) || n == group && group != 4 || group < 3 || group > 6 {
				n = 0
				break
			}
			end, group, form = end+gap, 0, Grouped
		}
		if n >= shortest && n <= longest && (end == len(held) || !isDigit(held[end])) {
			tell(digits[:n], at, form, report)
		}
	}
}

func tell(digits []byte, at int, form Form, report func(int, Form, string)) {
	if masked, ok := found(digits); ok {
		report(at, form, masked)
	}
}

func isDigit(b byte) bool { return b >= '0' && b <= '9' }

// separator is how many bytes a separator between groups of digits has here.
func separator(held []byte) int {
	switch {
	case held[0] == ' ' || held[0] == '-' || held[0] == '+' || held[0] == '.':
		return 1
	case len(held) >= 3 && held[0] == '%' && held[1] == '2' && (held[2] == '0' || held[2] == 'D' || held[2] == 'd'):
		return 3
	}
	return 0
}

// findPairs looks for digits written as their ASCII codes in hexadecimal, 30 to 39,
// each after a sign.
func findPairs(held []byte, sign string, form Form, report func(int, Form, string)) {
	width := len(sign) + 2
	code := func(at int) (byte, bool) {
		if at+width > len(held) || string(held[at:at+len(sign)]) != sign || held[at+len(sign)] != '3' || !isDigit(held[at+len(sign)+1]) {
			return 0, false
		}
		return held[at+len(sign)+1], true
	}
	findCoded(len(held), width, code, form, report)
}

// findWide looks for digits of two bytes each, in either order.
func findWide(held []byte, report func(int, Form, string)) {
	for _, low := range []int{0, 1} {
		code := func(at int) (byte, bool) {
			if at+2 > len(held) || held[at+1-low] != 0 || !isDigit(held[at+low]) {
				return 0, false
			}
			return held[at+low], true
		}
		findCoded(len(held), 2, code, UTF16, report)
	}
}

// findCoded looks for runs of digits that code reads, each of width bytes.
func findCoded(length, width int, code func(at int) (byte, bool), form Form, report func(int, Form, string)) {
	var digits [longest + 1]byte
	defer clear(digits[:])
	for at := 0; at < length; at++ {
		if _, ok := code(at); !ok {
			continue
		}
		if at >= width {
			if _, ok := code(at - width); ok {
				continue // within a run
			}
		}
		n := 0
		for n <= longest {
			d, ok := code(at + n*width)
			if !ok {
				break
			}
			digits[n] = d
			n++
		}
		if n >= shortest && n <= longest {
			tell(digits[:n], at, form, report)
		}
	}
}
