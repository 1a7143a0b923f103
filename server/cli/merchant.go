package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/app"
)

// merchantCommand groups what concerns accounts.
type merchantCommand struct {
	Create     merchantCreateCommand     `cmd:"" help:"Open an account with its first site and its keys."`
	Fee        merchantFeeCommand        `cmd:"" help:"Set what a merchant pays: a percentage and a fixed part, no more than a cap."`
	Processors merchantProcessorsCommand `cmd:"" help:"Say whom a merchant's payments go to, in order."`
	Guard      merchantGuardCommand      `cmd:"" help:"Say what is collected of shoppers' devices and done about risk."`
	Rescue     merchantRescueCommand     `cmd:"" help:"Say which declined sales are rescued, or show it."`
}

// merchantCreateCommand opens an account.
type merchantCreateCommand struct {
	Name        string   `arg:"" help:"The name shoppers see."`
	Data        string   `required:"" env:"PAYWICKET_DATA" type:"path" help:"Directory of the database."`
	DatabaseURL string   `name:"database-url" env:"DATABASE_URL" help:"PostgreSQL database instead."`
	Descriptor  string   `required:"" help:"What the shopper's statement says, 5 to 22 characters."`
	Origin      []string `required:"" help:"Origin that may embed the checkout, such as https://shop.example. May be given again."`
	Live        bool     `help:"Real money. Default: sandbox."`
	BaseURL     string   `default:"http://127.0.0.1:8080" env:"PAYWICKET_BASE_URL" help:"Where browsers reach the server; only written into the credentials."`
	Email       string   `help:"Who signs in to the dashboard. Default: owner@ and the first origin's host."`
	Credentials string   `required:"" type:"path" help:"File to write the keys to (mode 0600). They are shown nowhere else and cannot be shown again."`
}

// Run opens the account and writes its keys.
func (m merchantCreateCommand) Run(c console) error {
	db, err := app.OpenStore(c, m.Data, m.DatabaseURL)
	if err != nil {
		return err
	}
	environment := merchant.Test
	if m.Live {
		environment = merchant.Live
	}
	service := &merchant.Service{Store: db, Now: time.Now}
	credentials, err := openAccount(c, service, m.Name, environment, m.Descriptor, m.Origin, m.Email)
	if err == nil {
		credentials.BaseURL = m.BaseURL
		err = credentials.write(m.Credentials)
	}
	if err := errors.Join(err, db.Close()); err != nil {
		return err
	}
	c.printf("Opened %s. Its keys are in %s.", credentials.Merchant, m.Credentials)
	return nil
}

// credentials is everything a merchant needs to call any of the APIs. Fields of
// dialects are issued with the account, whether or not this server speaks them yet.
type credentials struct {
	BaseURL           string `json:"base_url"`
	Merchant          string `json:"mid"`
	SiteID            string `json:"site_id"`
	AppKey            string `json:"app_key"`
	AppSecret         string `json:"app_secret"`
	TokenizationKey   string `json:"tokenization_key"`
	PublishableKey    string `json:"publishable_key"`
	SecretKey         string `json:"secret_key"`
	DeviceID          string `json:"device_id"`
	APIKey            string `json:"api_key"`
	EcartPublicKey    string `json:"ecart_public_key"`
	EcartPrivateKey   string `json:"ecart_private_key"`
	WebhookSecret     string `json:"webhook_secret"`
	DashboardEmail    string `json:"dashboard_email"`
	DashboardPassword string `json:"dashboard_password"`
}

// openAccount opens an account with a person who may sign in.
func openAccount(c console, service *merchant.Service, name string, environment merchant.Environment, descriptor string, origins []string, email string) (credentials, error) {
	o, err := service.Open(c, name, environment, descriptor, origins)
	if err != nil {
		return credentials{}, err
	}
	if email == "" {
		email = "owner@" + o.Site.Host()
	}
	user, password := merchant.NewUser(o.Merchant.ID, email, service.Now())
	if err := service.Store.CreateUser(c, user); err != nil {
		return credentials{}, fmt.Errorf("keep the dashboard's user: %w", err)
	}
	return credentials{
		Merchant: o.Merchant.ID, SiteID: o.Site.ID,
		AppKey: o.Keys[merchant.Application].Public, AppSecret: o.Keys[merchant.Application].Secret,
		TokenizationKey: o.Keys[merchant.Tokenization].Text(), PublishableKey: o.Keys[merchant.Publishable].Text(),
		SecretKey: o.Keys[merchant.Secret].Text(), DeviceID: o.Keys[merchant.Device].Text(), APIKey: o.Keys[merchant.WebMerchant].Text(),
		EcartPublicKey: o.Keys[merchant.KeyPair].Public, EcartPrivateKey: o.Keys[merchant.KeyPair].Secret,
		DashboardEmail: email, DashboardPassword: password,
	}, nil
}

// write keeps the credentials in a file that its owner alone can read. The file
// appears whole or not at all, so that whoever waits for it can read it at once.
func (k credentials) write(path string) error {
	text, err := json.MarshalIndent(k, "", "  ")
	if err != nil {
		return err
	}
	temporary := path + ".tmp"
	if err := os.WriteFile(temporary, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("write the credentials: %w", err)
	}
	return os.Rename(temporary, path)
}
