#!/bin/sh
# The checks of a stand-in, in whose folder it is called. Where it is not needed there may be no Go, and nothing to check.
set -eu
command -v go >/dev/null || { echo "no Go on this machine: the stand-in is not in use, its checks are left out"; exit 0; }
unformatted=$(gofmt -l .)
[ -z "$unformatted" ] || { echo "not formatted: $unformatted"; exit 1; }
# As it is built (lab/toolchain/goBuild.ts), or all that it needs would be compiled once more.
export GOFLAGS='-mod=readonly -trimpath -buildvcs=false' GOWORK=off CGO_ENABLED=0
go vet ./...
go test ./...
