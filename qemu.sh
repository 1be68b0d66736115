#!/usr/bin/env bash
# Builds Gossamer and runs it under QEMU; "./qemu.sh help" tells how.
#
# This script only sees to it that the tools are there; tools/run does the work.
set -eu

root=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
die() { printf 'qemu.sh: %s\n' "$*" >&2; exit 2; }

# The Go toolchain. Its usual place counts even if it is not in PATH.
if ! command -v go >/dev/null 2>&1 && [ -x /usr/local/go/bin/go ]; then
	PATH=$PATH:/usr/local/go/bin
fi
command -v go >/dev/null 2>&1 || die "Go is not installed: get go1.26.8 from https://go.dev/dl/ (tar -C /usr/local -xzf go1.26.8.linux-amd64.tar.gz)"
version() { (cd "$root" && go env GOVERSION 2>&1) || true; }
case $(version) in
go1.26 | go1.26.*) ;;
*)
	# The kernel hosts the runtime of one Go version; the go command can fetch it.
	have=$(version)
	export GOTOOLCHAIN=go1.26.8
	case $(version) in
	go1.26.8*) ;;
	*) die "this is $have and go1.26.8 could not be fetched: get it from https://go.dev/dl/" ;;
	esac
	;;
esac

# The programs that are needed, by Debian package.
missing=
command -v qemu-system-x86_64 >/dev/null 2>&1 || missing="$missing qemu-system-x86"
{ command -v as && command -v ld; } >/dev/null 2>&1 || missing="$missing binutils"
image= uefi=
case ${BOOT:-pvh} in *bios | *uefi) image=1 ;; esac
case ${BOOT:-pvh} in *uefi) uefi=1 ;; esac
case ${1:-} in
matrix) image=1 uefi=1 ;;
screenshot) image=1 ;; # unless BOOT says otherwise, which it refuses
bochs)
	image=1
	command -v bochs >/dev/null 2>&1 || missing="$missing bochs"
	[ -e /usr/share/bochs/BIOS-bochs-latest ] || missing="$missing bochsbios"
	[ -e /usr/share/vgabios/vgabios.bin ] || missing="$missing vgabios"
	;;
esac
if [ -n "$image" ]; then # what tools/mkiso wants
	command -v grub-mkimage >/dev/null 2>&1 || missing="$missing grub-common"
	[ -e /usr/lib/grub/i386-pc/cdboot.img ] || missing="$missing grub-pc-bin"
	[ -e /usr/lib/grub/x86_64-efi/multiboot2.mod ] || missing="$missing grub-efi-amd64-bin"
	command -v xorriso >/dev/null 2>&1 || missing="$missing xorriso"
	command -v mformat >/dev/null 2>&1 || missing="$missing mtools"
fi
if [ -n "$uefi" ]; then
	[ -e /usr/share/OVMF/OVMF_CODE_4M.fd ] || [ -e /usr/share/OVMF/OVMF_CODE.fd ] || missing="$missing ovmf"
fi
if [ -n "$missing" ]; then
	install="apt-get install -y --no-install-recommends$missing"
	command -v apt-get >/dev/null 2>&1 || die "please install:$missing"
	[ "$(id -u)" = 0 ] || die "please run: sudo apt-get update && sudo $install"
	printf 'qemu.sh: installing%s\n' "$missing" >&2
	{
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q && $install
	} </dev/null >&2 || die "could not install$missing: apt-get update && $install"
fi

mkdir -p "$root/build/tools"
(cd "$root" && CGO_ENABLED=0 go build -trimpath -o build/tools/ ./tools/run ./tools/mkkernel ./tools/mkinitramfs ./tools/mkiso) >&2 || die "could not build the tools"
exec "$root/build/tools/run" -root "$root" "$@"
