package flexcharge

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/merchant"
	"github.com/paywicket/paywicket/server/wire"
)

// How long an access token is good, from the page "/oauth2/token" of FlexCharge's
// documentation, and a refresh token, of which it says only that it is longer.
const (
	accessLife  = 10 * time.Minute
	refreshLife = 24 * time.Hour
)

// use is what a signed text is for. It is part of what is signed, so that none passes for
// another.
type use string

// The uses of signed texts. No call takes a refresh token: AppKey and AppSecret get another
// access token. It is there because clients read it.
const (
	access  use = "access"
	refresh use = "refresh"
)

var encoding = base64.RawURLEncoding

// message is what is signed: who may call until when, in unix milliseconds.
func (u use) message(credential, until string) []byte {
	return []byte("paywicket flexcharge " + string(u) + "\x00" + credential + "\x00" + until)
}

// signed gives a text that names a credential until a time. Nothing of it is kept.
func (a *API) signed(u use, credential string, until time.Time) (string, error) {
	end := strconv.FormatInt(until.UnixMilli(), 36)
	signature, err := a.Keys.Sign(u.message(credential, end))
	if err != nil {
		return "", err
	}
	return encoding.EncodeToString([]byte(credential+"."+end)) + "." + encoding.EncodeToString(signature), nil
}

// noAccess is the one refusal of texts that are wrong, old, or of a credential that is no
// good any more.
var noAccess = fault.New(fault.Unauthenticated, "Get an access token from /v1/oauth2/token, and send it in the header Authorization.")

// opened gives the credential that a text names, while it is good: the text's own time, and
// the credential, which is looked up each time so that one that is revoked opens nothing.
func (a *API) opened(ctx context.Context, text string) (merchant.Credential, error) {
	said, proof, _ := strings.Cut(text, ".")
	plain, err := encoding.DecodeString(said)
	signature, noProof := encoding.DecodeString(proof)
	name, end, ok := strings.Cut(string(plain), ".")
	if err != nil || noProof != nil || !ok {
		return merchant.Credential{}, noAccess
	}
	if err := a.Keys.CheckSignature(access.message(name, end), signature); err != nil {
		if fault.CodeOf(err) == fault.Unavailable {
			return merchant.Credential{}, err
		}
		return merchant.Credential{}, noAccess
	}
	until, err := strconv.ParseInt(end, 36, 64)
	if err != nil || !a.Now().Before(time.UnixMilli(until)) {
		return merchant.Credential{}, noAccess
	}
	credential, err := a.Merchants.Find(ctx, name)
	if err == nil && credential.Role != merchant.Application {
		return merchant.Credential{}, noAccess
	}
	return credential, err
}

// bearer gives the credential of a request's access token, with the word Bearer before it
// or, as in FlexCharge's own examples, without.
func (a *API) bearer(c *fiber.Ctx) (merchant.Credential, error) {
	text := strings.TrimSpace(c.Get(fiber.HeaderAuthorization))
	if scheme, rest, ok := strings.Cut(text, " "); ok && strings.EqualFold(scheme, "Bearer") {
		text = strings.TrimSpace(rest)
	}
	return a.opened(c.UserContext(), strings.Clone(text))
}

// grantRequest asks for access.
type grantRequest struct {
	AppKey    string `json:"AppKey"`
	AppSecret string `json:"AppSecret"`
}

// granted is access for ten minutes.
type granted struct {
	AccessToken  string `json:"accessToken"`
	RefreshToken string `json:"refreshToken"`
	Expires      int64  `json:"expires"` // unix milliseconds
	ID           string `json:"id"`
	Envelope
}

// grant gives access to who has an AppKey with its AppSecret.
func (a *API) grant(c *fiber.Ctx) error {
	out, err := a.granted(c)
	if err != nil {
		return a.fail(c, err, nil)
	}
	return wire.Answer(c, fiber.StatusOK, out)
}

func (a *API) granted(c *fiber.Ctx) (granted, error) {
	var in grantRequest
	if err := read(c, &in); err != nil {
		return granted{}, err
	}
	var missing problems
	if in.AppKey == "" {
		missing.required("AppKey")
	}
	if in.AppSecret == "" {
		missing.required("AppSecret")
	}
	if err := missing.err(); err != nil {
		return granted{}, err
	}
	credential, err := a.Merchants.Authenticate(c.UserContext(), in.AppKey+"_"+in.AppSecret)
	if err == nil && (credential.Role != merchant.Application || credential.ID != in.AppKey) || err != nil && fault.CodeOf(err) == fault.Unauthenticated {
		return granted{}, problems{{"AppKey", "The AppKey or the AppSecret is wrong."}}
	}
	if err != nil {
		return granted{}, err
	}
	out := granted{ID: credential.ID, Expires: a.Now().Add(accessLife).UnixMilli(), Envelope: succeeded(nil)}
	if out.AccessToken, err = a.signed(access, credential.ID, time.UnixMilli(out.Expires)); err != nil {
		return granted{}, err
	}
	out.RefreshToken, err = a.signed(refresh, credential.ID, a.Now().Add(refreshLife))
	return out, err
}
