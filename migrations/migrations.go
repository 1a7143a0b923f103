// Package migrations holds the steps by which a database becomes what this
// version needs: one folder a database, four digits and a word a step, applied
// in order, each in its own transaction, forward only. A step that has been
// released is never edited.
//
// The job queue brings its own steps; internal/store applies both.
package migrations

import "embed"

// Steps is the steps for each database, under sqlite/ and postgres/.
//
//go:embed sqlite/*.sql postgres/*.sql
var Steps embed.FS
