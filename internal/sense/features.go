package sense

import (
	"encoding/json"
	"regexp"
	"strconv"
	"strings"
)

// Features are what a visit's signals tell of its device, by the names of the signals
// that count in matching. A signal that was not to be had is not there.
type Features map[string]string

// ReadFeatures takes what counts in matching from a visit's signals.
func ReadFeatures(signals map[string]Signal) Features {
	f := Features{}
	for name := range traits {
		if s, ok := signals[name]; ok && s.Error == "" && s.Value != nil {
			if text := plainText(s.Value); text != "" {
				f[name] = text
			}
		}
	}
	firefox := f.browser() == "Firefox"
	if firefox || strings.Contains(f["brands"], "Brave") {
		// They draw with noise, another for every site or visit.
		delete(f, "canvas")
		delete(f, "audio")
	}
	if firefox {
		delete(f, "codecs") // other answers before it has looked what the system can play
	}
	return f
}

// plainText writes a value so that equal ones are equal.
func plainText(value any) string {
	if text, ok := value.(string); ok {
		return text
	}
	text, err := json.Marshal(value)
	if err != nil {
		return ""
	}
	return string(text)
}

// versions are how browsers tell their own, the most particular first: many call
// themselves Chrome and Safari too.
var versions = []struct {
	name string
	form *regexp.Regexp
}{
	{"Firefox", regexp.MustCompile(`Firefox/(\d+)`)},
	{"Edge", regexp.MustCompile(`(?:Edg[eA]?/|Microsoft Edge )(\d+)`)},
	{"Opera", regexp.MustCompile(`(?:OPR/|Opera )(\d+)`)},
	{"Samsung", regexp.MustCompile(`(?:SamsungBrowser/|Samsung Internet )(\d+)`)},
	{"Brave", regexp.MustCompile(`Brave (\d+)`)},
	{"Chrome", regexp.MustCompile(`(?:Google Chrome |HeadlessChrome[/ ]|Chromium |CriOS/|Chrome/)(\d+)`)},
	{"Safari", regexp.MustCompile(`Version/(\d+)[0-9.]* .*Safari`)},
}

// version gives the browser's name and its main version; 0 when it tells neither.
func (f Features) version() (string, int) {
	for _, v := range versions {
		if m := v.form.FindStringSubmatch(f["brands"]); m != nil {
			n, err := strconv.Atoi(m[1])
			if err != nil {
				return v.name, 0
			}
			return v.name, n
		}
	}
	return "", 0
}

func (f Features) browser() string {
	name, _ := f.version()
	return name
}
