// Command paywicket is a self-hosted checkout: see the README, or its --help.
package main

import (
	"os"

	"github.com/paywicket/paywicket/server/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
