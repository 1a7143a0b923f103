// Package cardtest makes card numbers for tests: nobody's, and right in their form.
package cardtest

import "math/rand/v2"

// Number makes a number of so many digits that begins with prefix, with random digits
// after it and a right check digit (Luhn) at its end.
func Number(prefix string, length int) string {
	number := []byte(prefix)
	for len(number) < length-1 {
		number = append(number, byte('0'+rand.IntN(10)))
	}
	sum := 0
	for i := range number {
		v := int(number[len(number)-1-i] - '0')
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return string(append(number, byte('0'+(10-sum%10)%10)))
}

// kinds are how the schemes' numbers begin, and how long they are: those of Maestro that
// are shorter leakscan takes for chance.
var kinds = []struct {
	prefix string
	length int
}{
	{"4", 16}, {"4", 13}, {"4", 19}, {"51", 16}, {"2221", 16}, {"34", 15}, {"37", 15}, {"6011", 16}, {"36", 14}, {"3528", 16},
	{"62", 19}, {"6759", 16}, {"6759", 18}, {"506699", 16}, {"2200", 16}, {"6521", 16}, {"506099", 16}, {"979200", 16},
}

// Any makes a number of any scheme.
func Any() string {
	kind := kinds[rand.IntN(len(kinds))]
	return Number(kind.prefix, kind.length)
}
