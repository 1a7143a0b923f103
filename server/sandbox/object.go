package sandbox

import (
	"bytes"
	"encoding/json"
)

// members visits the members of one flat JSON object. Names come without their
// quotes and values as they stand; both are slices of body, never copies, so that
// wiping the body wipes the card.
func members(body []byte, visit func(name, value []byte) error) error {
	if !json.Valid(body) {
		return errBody
	}
	// What is valid cannot run out in the middle, so nothing below looks for the end.
	rest := bytes.TrimSpace(body)
	if rest[0] != '{' {
		return errBody
	}
	for rest = bytes.TrimSpace(rest[1:]); rest[0] != '}'; {
		name, after := literal(rest)
		rest = bytes.TrimSpace(bytes.TrimSpace(after)[1:]) // past the colon
		if rest[0] == '{' || rest[0] == '[' {
			return errBody
		}
		value, after := literal(rest)
		if err := visit(name[1:len(name)-1], value); err != nil {
			return err
		}
		if rest = bytes.TrimSpace(after); rest[0] == ',' {
			rest = bytes.TrimSpace(rest[1:])
		}
	}
	return nil
}

// literal splits the text, number or word that valid JSON begins with off the rest.
func literal(text []byte) (value, rest []byte) {
	if text[0] != '"' {
		end := bytes.IndexAny(text, ",} \t\r\n")
		return text[:end], text[end:]
	}
	end := 1
	for text[end] != '"' {
		if text[end] == '\\' {
			end++
		}
		end++
	}
	return text[:end+1], text[end+1:]
}
