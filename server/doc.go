// Package server is everything that speaks HTTP. This package holds what every
// request passes: limits, headers, names, the access log and the mount list.
//
//	/                        the demo shop, in demo only      server/demo
//	/v1/…                    our own API                      server/native
//	/v1/evaluate /v1/orders  and more of FlexCharge's         server/dialect/flexcharge
//	/v3/…                    Flutterwave's                    server/dialect/flutterwave
//	/paywicket.js /assets/…  scripts and styles               server/page
//	/languages/…             a checkout's words               server/page
//	/checkout/… /sense/…     the shopper's side               server/page
//	/confirm/…               a second try of a declined payment  server/page
//	/return/…                from the bank on to the merchant  server/page
//	/docs /openapi.json      documents                        server/docs
//	/healthz /readyz         for whoever runs it              here
//
// The rooms: wire reads and writes, guard decides who may call, page serves the
// shopper's browser, native the merchant's server, a dialect one that was written for
// another API, docs the newcomer. language is what the pages say and how they write
// amounts. app puts them together with the database and a processor; cli is the commands;
// sandbox is a processor of its own to try things on, demo a shop of its own.
package server
