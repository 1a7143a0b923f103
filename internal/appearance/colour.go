package appearance

import (
	"fmt"
	"math"
	"strconv"
)

// Colour is an opaque sRGB colour.
type Colour struct{ Red, Green, Blue uint8 }

// String gives the colour as #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.Red, c.Green, c.Blue) }

var (
	black = Colour{}
	white = Colour{255, 255, 255}
)

func isColour(text string) bool {
	if len(text) != 7 || text[0] != '#' {
		return false
	}
	_, err := strconv.ParseUint(text[1:], 16, 32)
	return err == nil && text[1] != '+' && text[1] != '-'
}

// colour reads #rrggbb, which has been checked.
func colour(text string) Colour {
	n, _ := strconv.ParseUint(text[1:], 16, 32)
	return Colour{uint8(n >> 16), uint8(n >> 8), uint8(n)}
}

// luminance is a colour's relative luminance, from 0 for black to 1 for white (WCAG 2.2,
// "relative luminance").
func (c Colour) luminance() float64 {
	return 0.2126*linear(c.Red) + 0.7152*linear(c.Green) + 0.0722*linear(c.Blue)
}

func linear(channel uint8) float64 {
	v := float64(channel) / 255
	if v <= 0.04045 {
		return v / 12.92
	}
	return math.Pow((v+0.055)/1.055, 2.4)
}

// Contrast is the contrast ratio of two colours, from 1 to 21 (WCAG 2.2, "contrast ratio").
func Contrast(a, b Colour) float64 {
	one, other := a.luminance(), b.luminance()
	return (max(one, other) + 0.05) / (min(one, other) + 0.05)
}

// The least contrasts of WCAG 2.2: of text (1.4.3), and of what shows where an input is
// and what is in focus (1.4.11).
const (
	textContrast  = 4.5
	shapeContrast = 3.0
)

// on is black or white, whichever is read better on a ground. The worse of the best is
// 4.58, on a ground of the luminance 0.179.
func on(ground Colour) Colour {
	if Contrast(black, ground) > Contrast(white, ground) {
		return black
	}
	return white
}

// mixSteps is in how many steps a colour is moved: the least that is seen.
const mixSteps = 64

// readable is a colour moved towards black or white, whichever is read better on a ground,
// no further than until it is read well there.
func readable(c, ground Colour) Colour {
	end := on(ground)
	for step := range mixSteps {
		if moved := mix(c, end, step); Contrast(moved, ground) >= textContrast {
			return moved
		}
	}
	return end
}

func mix(from, to Colour, step int) Colour {
	channel := func(a, b uint8) uint8 {
		return uint8((int(a)*(mixSteps-step) + int(b)*step + mixSteps/2) / mixSteps)
	}
	return Colour{channel(from.Red, to.Red), channel(from.Green, to.Green), channel(from.Blue, to.Blue)}
}
