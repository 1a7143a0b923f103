package page

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"html/template"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/paywicket/paywicket/internal/fault"
	"github.com/paywicket/paywicket/internal/id"
	"github.com/paywicket/paywicket/internal/payment"
	"github.com/paywicket/paywicket/internal/rescue"
	"github.com/paywicket/paywicket/internal/sense"
	"github.com/paywicket/paywicket/server/guard"
	"github.com/paywicket/paywicket/server/language"
	"github.com/paywicket/paywicket/server/wire"
)

//go:embed confirm.html
var confirmText string

var confirmDocument = template.Must(template.New("confirm").Parse(confirmText))

const (
	// maxAnswerBody bounds an answer, in bytes: it is one word and a digest.
	maxAnswerBody = 1 << 10
	// patience is for how long the page looks by itself what became of a payment.
	patience = 2 * time.Minute
	// statusHeader tells the page's script where the question stands.
	statusHeader = "Paywicket-Status"
)

// asking is what the page's template is filled with: a question, or what there is to say
// instead, with the issuer's page while that waits.
type asking struct {
	sheet
	Language language.Language
	Question *question
	Deadline string // until when the question can be answered, in words
	Saying   *saying
	Bank     string // the issuer's page; empty when it asks nothing
	Framed   bool   // by a page of the shop's, where the issuer's page stands in a frame of ours
	Again    bool   // the page looks again by itself
}

// languageOf gives the language of whoever asks for a page: the one that its address names, or
// else the browser's.
func languageOf(c *fiber.Ctx) language.Language {
	return language.Pick(strings.Clone(c.Query("locale")), strings.Clone(c.Get(fiber.HeaderAcceptLanguage)))
}

// confirm serves the question whether a declined payment is to be tried again, or what
// became of it.
func (p *Pages) confirm(c *fiber.Ctx) error {
	key := strings.Clone(c.Params("key"))
	if !isChallengeKey(key) {
		return p.noQuestion(c)
	}
	a, err := p.Rescue.Show(c.UserContext(), key)
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return p.noQuestion(c)
	}
	if err != nil {
		return err
	}
	return p.renderQuestion(c, a)
}

// isChallengeKey tells whether text has the form of a challenge's key: twice 128 bits.
func isChallengeKey(text string) bool {
	if len(text) != 2*id.Length {
		return false
	}
	_, first := id.Decode(text[:id.Length], 16)
	_, second := id.Decode(text[id.Length:], 16)
	return first && second
}

// noQuestion is the one page for every key that opens nothing. Nobody may frame it: no
// site is known.
func (p *Pages) noQuestion(c *fiber.Ctx) error {
	l := languageOf(c)
	return p.renderConfirm(c, fiber.StatusNotFound, nil, l, asking{
		Saying: &saying{"ended", l.Say("page.nothingToAnswer"), l.Say("page.nothingToAnswerMore")},
	})
}

func (p *Pages) renderQuestion(c *fiber.Ctx, a rescue.Asked) error {
	now, l := p.Now(), languageOf(c)
	status := statusOf(a, now)
	page := asking{Framed: framed(c)}
	page.Scripts = []string{"confirm.js"}
	watch := lookUntil(a, status).Sub(now)
	if status == askedStatus {
		q := ask(l, a)
		page.Question, page.Title, page.Deadline = &q, q.Title, deadline(l, a.ExpiresAt, now)
	} else {
		said := sayingOf(l, a, status)
		page.Saying, page.Again = &said, status == processingStatus && watch > 0
	}
	if status == challengeStatus && isWebAddress(a.Paid.ChallengeURL) {
		page.Bank = a.Paid.ChallengeURL
	}
	data, err := json.Marshal(ConfirmData{Order: a.ID, Status: status, Origins: a.Site.Origins, Watch: max(0, watch.Milliseconds())})
	if err != nil {
		return err
	}
	page.Data = string(data)
	c.Set(statusHeader, status)
	return p.renderConfirm(c, fiber.StatusOK, a.Site.Origins, l, page)
}

// lookUntil is until when the page looks by itself whether something has changed: a
// question until its end, the issuer's page for as long as that is good.
func lookUntil(a rescue.Asked, status string) time.Time {
	began := a.CreatedAt
	if a.Consent != nil {
		began = a.Consent.At
	}
	switch status {
	case askedStatus:
		return a.ExpiresAt
	case challengeStatus:
		return began.Add(payment.ChallengeLife)
	case processingStatus:
		return began.Add(patience)
	}
	return time.Time{}
}

// deadline says until when a question can be answered. Nothing tells the server where the
// shopper's clock stands, so the minutes that are left come first.
func deadline(l language.Language, end, now time.Time) string {
	minutes := int(end.Sub(now).Minutes())
	if minutes == 0 {
		return l.Say("page.deadlineSoon", "time", l.Time(end))
	}
	return l.Count("page.deadline", minutes, "time", l.Time(end))
}

// framed tells whether a browser asks for a page to put it into a frame. One that does not
// say so is taken not to: then the issuer's page takes the place of ours.
func framed(c *fiber.Ctx) bool {
	dest := c.Get("Sec-Fetch-Dest")
	return dest == "iframe" || dest == "frame"
}

// isWebAddress tells whether a browser may be sent to an address.
func isWebAddress(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func (p *Pages) renderConfirm(c *fiber.Ctx, status int, ancestors []string, l language.Language, page asking) error {
	page.Language, page.Theme, page.Style, page.Nonce = l, ownTheme, "confirm.css", guard.NewNonce()
	if page.Saying != nil {
		page.Title = page.Saying.Title
	}
	var out bytes.Buffer
	if err := confirmDocument.Execute(&out, page); err != nil {
		return err
	}
	guard.Frame{Ancestors: ancestors, Children: append([]string{p.Origin}, p.Challenges...), Nonce: page.Nonce, Forms: page.Question != nil}.Set(c)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	return c.Status(status).Send(out.Bytes())
}

// answerQuestion takes a shopper's word, which is kept with what they were asked and where
// they are, and shows what comes of it. Words that have changed since they were read are
// shown again.
func (p *Pages) answerQuestion(c *fiber.Ctx) error {
	if err := guard.SameOrigin(c, p.Origin); err != nil {
		return wire.Fail(c, p.Log, err)
	}
	key := strings.Clone(c.Params("key"))
	if !isChallengeKey(key) {
		return p.noQuestion(c)
	}
	said, err := readAnswer(c)
	if err != nil {
		return wire.Fail(c, p.Log, err)
	}
	// What was begun is finished, whether or not the shopper waits.
	ctx := context.WithoutCancel(c.UserContext())
	a, err := p.Rescue.Show(ctx, key)
	if err == nil {
		if q := ask(said.language, a); !said.agreed || said.mark == q.Mark() {
			a, err = p.Rescue.Answer(ctx, key, said.agreed, q.Words(), sense.Network(wire.Address(c, p.Proxied)))
		}
	}
	if err != nil && fault.CodeOf(err) == fault.NotFound {
		return p.noQuestion(c)
	}
	if err != nil {
		return err
	}
	return c.Redirect(questionAddress(c, a.Key), fiber.StatusSeeOther)
}

// reply is what a shopper sends back: a word, and what it is about.
type reply struct {
	agreed   bool
	mark     string // of the question that was read
	language language.Language
}

// readAnswer reads an answer's form: its word, once, with the mark of what was asked and
// the language that it was asked in.
func readAnswer(c *fiber.Ctx) (reply, error) {
	body, err := wire.FormBody(c, maxAnswerBody)
	if err != nil {
		return reply{}, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return reply{}, fault.New(fault.Malformed, "The form could not be read.")
	}
	said := form["answer"]
	if len(said) != 1 || said[0] != "yes" && said[0] != "no" {
		return reply{}, fault.Field("answer", "Answer yes or no.")
	}
	read := reply{agreed: said[0] == "yes", mark: form.Get("asked"), language: languageOf(c)}
	if in := form.Get("locale"); in != "" {
		read.language = language.Pick(in)
	}
	return read, nil
}

// questionAddress is where a question stands, in the language that the request's address
// names, if it names one.
func questionAddress(c *fiber.Ctx, key string) string {
	if c.Query("locale") == "" {
		return "/confirm/" + key
	}
	return "/confirm/" + key + "?locale=" + url.QueryEscape(languageOf(c).Tag())
}

// backFromBank takes a shopper in whom the issuer's page sends back, once. The processor has
// been asked what became of the payment by the time the question's page shows it: this one
// leads there, or within a frame of ours says so to the page around it.
func (p *Pages) backFromBank(c *fiber.Ctx) error {
	account, order := strings.Clone(c.Params("merchant")), strings.Clone(c.Params("order"))
	if _, err := id.ParseUUID(order); err != nil || !id.Valid(id.Merchant, account) {
		return p.noQuestion(c)
	}
	a, err := p.Rescue.Returned(context.WithoutCancel(c.UserContext()), account, order, strings.Clone(c.Params("key")))
	l := languageOf(c)
	switch fault.CodeOf(err) {
	case fault.NotFound:
		return p.noQuestion(c)
	case fault.Gone:
		return p.renderConfirm(c, fiber.StatusGone, nil, l, asking{
			Saying: &saying{"ended", l.Say("page.beenHere"), l.Say("page.beenHereMore")},
		})
	}
	if err != nil {
		return err
	}
	if !framed(c) {
		return c.Redirect(questionAddress(c, a.Key), fiber.StatusSeeOther)
	}
	return p.renderConfirm(c, fiber.StatusOK, a.Site.Origins, l, asking{
		sheet:  sheet{Scripts: []string{"challenge-return.js"}},
		Saying: &saying{"waiting", l.Say("page.moment"), ""},
	})
}
