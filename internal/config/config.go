// Package config is what an operator may set, in one struct with good zero values.
package config

import (
	"fmt"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/paywicket/paywicket/internal/integrity"
	"github.com/paywicket/paywicket/internal/merchant"
)

// Server is how one server runs.
type Server struct {
	Listen       string        // address and port, such as 127.0.0.1:8080
	BaseURL      string        // where browsers reach it; http://Listen when empty
	Data         string        // directory of the master key, and of the database unless Database names one
	Database     string        // URL of a PostgreSQL database; an SQLite file in Data when empty
	Master       string        // URI of a key service's key that is the master key; empty for the data directory's
	Loopback     bool          // allow webhooks and processors on this machine, over plain http
	ProcessorURL string        // the sandbox processor
	StripeKey    string        // secret key of an account at Stripe, asked first
	Flutterwave  Flutterwave   // an account there, asked after that
	FlexCharge   FlexCharge    // an account there, asked for what the others decline
	FallbackURLs []string      // more of them, asked when it cannot be reached or declines softly
	Budget       time.Duration // how long a processor may take to answer; 10 s when 0
	// SenseRetention is how long what pages saw of shoppers' devices is kept; 13 months when 0.
	SenseRetention time.Duration
	// PageInterval is how often the payment page is looked at as browsers get it; an hour when 0.
	PageInterval time.Duration
	Proxied      bool // a proxy in front ends TLS, so plain http beyond loopback is fine
}

// Flutterwave is an account at Flutterwave; its zero value is none.
type Flutterwave struct {
	Key string // secret
	URL string // another host that speaks the same; Flutterwave's own when empty
}

// FlexCharge is an account at FlexCharge; its zero value is none.
type FlexCharge struct {
	AppKey, AppSecret string
	MID               string // the merchant's id there
	SiteID            string // which of its sites; empty to tell by the descriptor
	TokenizationKey   string // publishable; empty for the account's own
	URL               string // its sandbox, or another host that speaks the same; FlexCharge's own when empty
}

// DefaultSenseRetention is thirteen months.
const DefaultSenseRetention = 396 * 24 * time.Hour

// Check completes the settings and refuses what cannot work.
func (s Server) Check() (Server, error) {
	host, err := netip.ParseAddrPort(s.Listen)
	if err != nil {
		return s, fmt.Errorf("--listen %q: give an address and a port, such as 127.0.0.1:8080", s.Listen)
	}
	if !host.Addr().IsLoopback() && !s.Proxied {
		return s, fmt.Errorf("--listen %s would take card numbers over plain http from other machines: listen on 127.0.0.1, or add --behind-proxy if a proxy in front ends TLS", s.Listen)
	}
	if s.BaseURL == "" {
		s.BaseURL = "http://" + s.Listen
	}
	u, err := url.Parse(s.BaseURL)
	if err != nil || u.Host == "" || u.Path != "" && u.Path != "/" {
		return s, fmt.Errorf("--base-url %q: give scheme and host only, such as https://pay.example", s.BaseURL)
	}
	if s.BaseURL, err = merchant.ParseOrigin(s.BaseURL); err != nil && !s.Proxied {
		return s, fmt.Errorf("--base-url: %w", err)
	}
	if s.Database != "" && !strings.HasPrefix(s.Database, "postgres://") && !strings.HasPrefix(s.Database, "postgresql://") {
		return s, fmt.Errorf("--database-url: give it as postgres://user:password@host:5432/name, or leave it out for an SQLite file")
	}
	if s.ProcessorURL == "" && s.StripeKey == "" && s.Flutterwave.Key == "" {
		return s, fmt.Errorf("--processor-url: name a processor: this one for the sandbox, or --stripe-key or --flutterwave-key for an account there")
	}
	if f := s.FlexCharge; f != (FlexCharge{}) && (f.AppKey == "" || f.AppSecret == "" || f.MID == "") {
		return s, fmt.Errorf("--flexcharge-app-key: an account at FlexCharge is its app key, its app secret and its mid: give all three or none")
	}
	if s.ProcessorURL == "" && len(s.FallbackURLs) > 0 {
		return s, fmt.Errorf("--fallback-url: there is no sandbox processor to fall back from: give --processor-url")
	}
	if s.SenseRetention == 0 {
		s.SenseRetention = DefaultSenseRetention
	}
	if s.SenseRetention < 24*time.Hour {
		return s, fmt.Errorf("--sense-retention %s: give a day at least, such as 9504h for thirteen months", s.SenseRetention)
	}
	if s.PageInterval == 0 {
		s.PageInterval = integrity.DefaultEvery
	}
	if s.PageInterval < time.Minute || s.PageInterval > integrity.MostEvery {
		return s, fmt.Errorf("--page-interval %s: give a minute to seven days (168h), which is the longest that PCI DSS 11.6.1 allows", s.PageInterval)
	}
	if s.Data == "" {
		return s, fmt.Errorf("--data: name the directory for the database and the master key")
	}
	return s, nil
}
