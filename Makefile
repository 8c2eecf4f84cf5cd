# SPDX-License-Identifier: GPL-3.0-or-later
# A thin front: Meson builds, this file names the usual ways in.
BUILD ?= build
MESON ?= meson

.PHONY: all deps build run test test-sparkplug test-referees test-web test-outage san cov valgrind fuzz bench bench-live soak crash faults power install clean

all: build

deps:
	@tools/deps

build: deps
	@test -f $(BUILD)/build.ninja || $(MESON) setup $(BUILD) >/dev/null
	@ninja -C $(BUILD) --quiet

run: build
	@tools/run $(BUILD)

test: build
	@tools/test $(BUILD)

test-sparkplug: build
	@tools/test-sparkplug $(BUILD)

test-web: build
	@tools/test-web $(BUILD)

test-outage: build
	@OUTAGE_SECONDS=$(or $(OUTAGE_SECONDS),600) tools/test-web $(BUILD) outage

test-referees: build
	@tools/test-referees $(BUILD)

san: deps
	@test -f build-san/build.ninja || $(MESON) setup build-san -Db_sanitize=address,undefined -Db_lundef=false >/dev/null
	@ninja -C build-san --quiet
	@tools/test build-san

cov: deps
	@tools/coverage

valgrind: deps
	@tools/valgrind

fuzz: deps
	@tools/fuzz $(FUZZ_SECONDS)

bench: build
	@bench/run $(BUILD)

bench-live: build
	@bench/live $(BUILD)
	@bench/live_mqtt $(BUILD)

soak: build
	@bench/live_mqtt $(BUILD) soak

crash: build
	@tools/crash $(BUILD)

faults: build
	@tools/faults $(BUILD) $(FAULT_PLACES)

power: build
	@tools/power $(BUILD) $(POWER_CUTS)

install: build
	@$(MESON) install -C $(BUILD)

clean:
	rm -rf build build-*
