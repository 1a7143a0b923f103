package merchant

import (
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/paywicket/paywicket/internal/fault"
)

// hostName is a name as browsers write it in an origin: labels of ASCII letters,
// digits, dashes and underscores, 63 at most each (RFC 1123, 2.1). Nothing else
// may stand in a security policy's list.
var hostName = regexp.MustCompile(`^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$`)

// maxHost is the longest host name there is (RFC 1035, 2.3.4).
const maxHost = 253

// ParseOrigin reads a web origin and writes it as browsers do: https and a host,
// with a port if it is not the usual one; http only for this machine itself. No
// path, no wildcard. Errors: faults on origins.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" || strings.HasSuffix(u.Host, ":") {
		return "", fault.Field("origins", "This is not an origin. Give scheme and host only, such as https://shop.example.")
	}
	host := strings.ToLower(u.Hostname())
	address, notAddress := netip.ParseAddr(host)
	if notAddress != nil && (len(host) > maxHost || !hostName.MatchString(host)) || address.Zone() != "" {
		return "", fault.Field("origins", "This host cannot be. Write it in ASCII, an international name as xn--….")
	}
	if port := u.Port(); port != "" {
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 {
			return "", fault.Field("origins", "A port is a number from 1 to 65535.")
		}
	}
	local := host == "localhost" || notAddress == nil && address.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return "", fault.Field("origins", "An origin starts with https://. Plain http is served to localhost only.")
	}
	usual := map[string]string{"https": ":443", "http": ":80"}[u.Scheme]
	return u.Scheme + "://" + strings.TrimSuffix(strings.ToLower(u.Host), usual), nil
}
