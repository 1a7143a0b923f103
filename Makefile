# Names for what the project is worked on with. `make` alone lists them.

GO_PACKAGES := ./...
CACHE := .cache

.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## the demo: a shop, a checkout, a processor and webhooks on http://127.0.0.1:8080
	go run ./server/cmd/paywicket demo

build: ## the program, as ./paywicket
	go build -trimpath -o paywicket ./server/cmd/paywicket

frontend: node_modules ## the scripts and styles in embed/dist, from frontend/
	go run ./frontend/build

test: tools ## every test, installing what it needs when it is missing
	.ci/test

bench: tools ## what is measured, as ratios in one run
	.ci/bench

accept: tools ## the long programme: a thousand kills on either database
	.ci/accept

lint: node_modules ## gofmt, vet, staticcheck, type check
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet $(GO_PACKAGES)
	go tool staticcheck $(GO_PACKAGES)
	npm run --silent check

screenshot: tools ## the picture in the README, from a real browser
	npx vitest run --config server/e2e/screenshot.config.ts

tools: node_modules
	.ci/tools

node_modules: package.json package-lock.json
	npm ci --no-audit --no-fund --loglevel=error
	@touch node_modules

.PHONY: help run build frontend test bench accept lint screenshot tools
