# Gossamer. qemu.sh and the go command do the work; these are their short names.
#
#   make [TARGET] [RUN=REGEX] [PROG=PATH] [CPUS=N MEM=SIZE CPU=MODEL ACCEL=tcg|kvm BOOT=pvh|bios|uefi|… TIMEOUT=S V=1]

.DEFAULT_GOAL := help
.PHONY: verify help build shell run test test-host check vet bench peer gdb iso usb matrix bochs clean

export CPUS MEM CPU ACCEL BOOT TIMEOUT V

# Code that touches the machine turns addresses into pointers, and its assembly loads
# the frame pointer of whatever it resumes: what vet's unsafeptr and framepointer checks
# are against. Everywhere else they are on.
MACHINE := /arch/amd64$$|/boot$$|^gossamer/kernel$$|/kernel/frame$$|/kernel/goos$$|/kernel/hardware$$|/kernel/machine$$|/kernel/mmu$$|/kernel/ktest$$|/ulib$$|/ulib/|/user/

help:
	@echo 'make build       kernel image, programs and initramfs, in ./build'
	@echo 'make shell       boot to a shell (./qemu.sh)'
	@echo 'make run PROG=P  run one program, a folder or a static ELF file (./qemu.sh run P)'
	@echo 'make test        the tests in QEMU (./qemu.sh test); RUN=REGEX chooses'
	@echo 'make test-host   the tests that need no QEMU, with the race detector'
	@echo 'make check       gofmt, go vet, and barecheck on kernel and programs'
	@echo 'make bench       the benchmarks in guest instructions; RUN=REGEX chooses'
	@echo 'make peer        the same on Debian'\''s Linux beside it, and the ratio'
	@echo 'make iso         build/gossamer.iso, for CD, disk and stick, BIOS and UEFI (go run ./tools/mkiso)'
	@echo 'make usb DEV=/dev/sdX  the same, and write it to that stick after asking; DRY=1 only checks'
	@echo 'make matrix      boot every way, without this and that device, and print a table: minutes'
	@echo 'make bochs       boot the image in Bochs, another emulator, 1 and 4 CPUs'
	@echo 'make gdb         boot to a shell, waiting for gdb'
	@echo 'make verify      the model of the activation protocol, checked by spin: minutes, 1 GB'
	@echo 'make clean       remove ./build'

build:
	@./qemu.sh build

shell:
	@./qemu.sh

run:
	@./qemu.sh run '$(PROG)'

test:
	@./qemu.sh test $(if $(RUN),'$(RUN)')

test-host:
	CGO_ENABLED=1 go test -race ./...

bench:
	@./qemu.sh bench $(if $(RUN),'$(RUN)')

peer:
	@CGO_ENABLED=0 go build -trimpath -o build/tools/ ./tools/peer
	@build/tools/peer $(PEER)

gdb:
	@./qemu.sh gdb

iso:
	@mkdir -p build/tools
	@CGO_ENABLED=0 go build -trimpath -o build/tools/ ./tools/mkiso
	@build/tools/mkiso -o build/gossamer.iso $(ISO)

usb:
	@[ -n '$(DEV)' ] || { echo 'make usb DEV=/dev/sdX: which stick?'; exit 2; }
	@$(MAKE) --no-print-directory iso ISO="$(ISO) $(if $(DRY),-dry-run) -flash $(DEV)"

matrix:
	@./qemu.sh matrix

bochs:
	@./qemu.sh bochs

check: build vet
	@unformatted=$$(gofmt -l .); \
	if [ -n "$$unformatted" ]; then echo "gofmt would change:"; echo "$$unformatted"; exit 1; fi
	@CGO_ENABLED=0 go build -trimpath -o build/tools/ ./tools/barecheck
	build/tools/barecheck -roots tools/barecheck/kernel.roots -allow tools/barecheck/kernel.allow build/kernel
	build/tools/barecheck -roots tools/barecheck/user.roots -allow tools/barecheck/user.allow build/user/*

vet:
	go vet $$(go list ./... | grep -vE '$(MACHINE)')
	go vet -unsafeptr=false -framepointer=false $$(go list ./... | grep -E '$(MACHINE)')

verify:
	docs/model/verify.sh

clean:
	rm -rf build
