# Every target is one script or one command; see `make help`.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
export DOTNET_NOLOGO := 1
export DOTNET_CLI_TELEMETRY_OPTOUT := 1

.PHONY: help run build test attack lint audit claims screenshots bench hooks picture drill package package-test vm-test install clean

help: ## Show this list
	@awk 'BEGIN { FS = ":.*## "; print "make TARGET" } /^##@/ { printf "\n%s\n", substr($$0, 5) } \
		/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

##@ Try it
run: ## Start the server with sample books and let an MCP client ask a first question
	@ops/bootstrap.sh run
	@ops/run.sh $(ARGS)

drill: ## Back up sample books, bring them back from nothing and prove every total
	@ops/bootstrap.sh build
	@ops/drill/sample.sh

##@ Work on it
build: ## Build everything in Release; warnings are errors
	@ops/bootstrap.sh build
	@dotnet build WorkspaceServer.sln -c Release --nologo -v minimal

test: ## Run all tests (ONLY=Csv: classes whose name contains Csv; ONLY=A48: the tests of that claim)
	@ops/bootstrap.sh test
	@ops/node/install.sh
	@ops/test.sh $(if $(ONLY),--only '$(ONLY)')

attack: ## Send many more made-up requests and statements (ATTACK_CASES=100000 ATTACK_SEED=1)
	@ops/bootstrap.sh attack
	@ops/attack.sh

lint: ## Check formatting, shell scripts and that no secret is tracked
	@ops/bootstrap.sh test
	@ops/lint.sh

screenshots: ## Draw every page at two widths, light and dark, into artifacts/screenshots
	@ops/bootstrap.sh test
	@rm -rf artifacts/screenshots
	@SCREENSHOTS=$(CURDIR)/artifacts/screenshots ops/test.sh --projects WorkspaceServer.EndToEnd --only Browser.Pages

claims: ## List which claims of tests/CLAIMS.md the last test run proved
	@dotnet run ops/claims.cs

bench: ## Measure speed into tests/WorkspaceServer.Benchmarks/RESULTS.md (ARGS="mcp": only print that)
	@ops/bootstrap.sh bench
	@ops/node/install.sh artifacts/node-bench ops/node-bench
	@ops/bench.sh $(ARGS)

hooks: ## Install the pre-commit hook: tests of what was touched, formatting, secrets
	@ops/hooks/install.sh

picture: ## Draw the README's pictures: two pages of the dashboard, and what `make run` prints
	@ops/bootstrap.sh picture
	@ops/picture/make.sh

##@ Ship it
audit: ## Fail on packages with a known high or critical vulnerability
	@ops/bootstrap.sh build
	@ops/audit.sh

package: ## Publish server (.deb, .tar.gz) and agent (win-x64) into artifacts/package, with checksums
	@ops/bootstrap.sh build
	@ops/package.sh

package-test: ## Install that package into a fresh Debian, upgrade it, go back, remove it (as root; ARGS="--from OLD.deb")
	@ops/install/try.sh $(ARGS)

vm-test: ## Install that package on an emulated machine that systemd runs: reboots, bans, certificates (as root; ARGS="--keep")
	@ops/install/vm.sh $(ARGS)

install: ## Make this Debian machine a server: ARGS="--domain books.example.org --mail you@example.org" (as root)
	@$(MAKE) package
	@ops/install/install.sh --package artifacts/package/workspace-server_*_amd64.deb $(ARGS)

##@ Tidy up
clean: ## Remove build outputs; the native library and the Node tools stay
	@rm -rf artifacts/bin artifacts/obj artifacts/publish artifacts/package artifacts/bench artifacts/test-results artifacts/audit
