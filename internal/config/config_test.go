package config_test

import (
	"strings"
	"testing"

	"github.com/paywicket/paywicket/internal/config"
)

func TestCheck(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given config.Server
		base  string
		flag  string // that the complaint names; empty when it is good
	}{
		"this machine":           {config.Server{Listen: "127.0.0.1:8080", Data: "d"}, "http://127.0.0.1:8080", ""},
		"this machine, over six": {config.Server{Listen: "[::1]:8080", Data: "d"}, "http://[::1]:8080", ""},
		"behind a proxy":         {config.Server{Listen: "0.0.0.0:8080", BaseURL: "https://pay.example/", Data: "d", Proxied: true}, "https://pay.example", ""},
		"open to all":            {config.Server{Listen: "0.0.0.0:8080", Data: "d"}, "", "--listen"},
		"open to all, over six":  {config.Server{Listen: "[::]:8080", Data: "d"}, "", "--listen"},
		"no port":                {config.Server{Listen: "127.0.0.1", Data: "d"}, "", "--listen"},
		"a path":                 {config.Server{Listen: "127.0.0.1:1", BaseURL: "https://pay.example/x", Data: "d"}, "", "--base-url"},
		"plain http elsewhere":   {config.Server{Listen: "127.0.0.1:1", BaseURL: "http://pay.example", Data: "d"}, "", "--base-url"},
		"no directory":           {config.Server{Listen: "127.0.0.1:1"}, "", "--data"},
		"no processor":           {config.Server{Listen: "127.0.0.1:1", Data: "d", ProcessorURL: "none"}, "", "--processor-url"},
		"a fallback of nothing":  {config.Server{Listen: "127.0.0.1:1", Data: "d", ProcessorURL: "none", StripeKey: "sk_1", FallbackURLs: []string{"u"}}, "", "--fallback-url"},
		"Stripe alone":           {config.Server{Listen: "127.0.0.1:1", Data: "d", ProcessorURL: "none", StripeKey: "sk_1"}, "http://127.0.0.1:1", ""},
	} {
		switch c.given.ProcessorURL {
		case "":
			c.given.ProcessorURL = "http://127.0.0.1:8090"
		case "none":
			c.given.ProcessorURL = ""
		}
		got, err := c.given.Check()
		if (err == nil) != (c.flag == "") || err != nil && !strings.Contains(err.Error(), c.flag) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil && got.BaseURL != c.base {
			t.Errorf("%s: %s, want %s", name, got.BaseURL, c.base)
		}
	}
}
