# What one does with a clone. Settings: LIBTORCH, IISAN_CACHE, PYTHON (see Tools/Setup/setup).

.DEFAULT_GOAL := help
.PHONY: help setup build install uninstall dist serve-demo test test-isa sanitize sanitize-threads test-postgresql test-page bad-inputs demo parity-tokens parity-pictures parity-encoders parity-captions parity-export fuzz torture torture-cluster rehearse bench bench-check bench-device results format lint surface clean

sources := Package.swift Sources Tests FuzzTesting Benchmarks Examples/Library
SECONDS ?= 60

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1	\2/p' Makefile

setup: ## find LibTorch and the picture libraries, install what is missing
	@Tools/Setup/setup

build: setup ## the command, optimised: .build/release/iisan with libCTorch.so beside it
	swift build -c release

test: ## setup, build without warnings, lint, all tests
	@Tools/Test/test

test-isa: setup ## the tests with LibTorch as processors with AVX2 alone, with AVX-512, and this one run them (FILTER=pattern)
	@Tools/Test/isa

sanitize: setup ## our own operators under the address and undefined behaviour sanitizers
	@Tools/Test/sanitize

sanitize-threads: ## what is concurrent in Swift and needs no LibTorch under the thread sanitizer (FILTER=pattern)
	@Tools/Test/threads

test-postgresql: ## the server's database in PostgreSQL too; a build of its own, without LibTorch
	@Tools/Test/postgresql

test-page: setup ## click through the server's page in headless Chromium, axe-core beside (SCREENSHOTS=1 writes the documentation's pictures)
	@Tools/Page/clicks

bad-inputs: setup ## write Sources/IISAN/IISAN.docc/BadInputs.md: what the command says to the bad inputs of its tests
	IISAN_WRITE_CATALOGUE=1 swift test --filter BadInputTests

install: build ## the command, its libraries but LibTorch, completions, manual page and systemd units below PREFIX (/usr/local)
	@Tools/Install/install

uninstall: ## remove what install has put below PREFIX
	@Tools/Install/install --remove

dist: build ## a tarball that runs on Linux with LibTorch and without Swift; OPTIONS=--check tries it in a bare folder, as root
	@Tools/Install/dist $(OPTIONS)

serve-demo: ## the page of the demo's run at http://127.0.0.1:8080/
	.build/release/iisan serve demo/runs/iisan

demo: build ## from a generated world to recommendations
	Tools/Demo/demo

parity-tokens: ## compare tokenizers with AutoTokenizer of transformers (TOKENIZERS=folders, TEXTS=.tsv files, GENERATED=count)
	@Tools/Parity/tokens

parity-pictures: ## compare pictures with Pillow and AutoImageProcessor; PICTURES and PROCESSORS add some
	@Tools/Parity/pictures

parity-encoders: ## compare the encoders with transformers and timm; FOLDERS names real ones
	@Tools/Parity/encoders

parity-captions: ## compare tiles, logits, tokens and captions with transformers, for every family of models
	@Tools/Parity/captions

parity-export: ## read exports with NumPy, USearch, Faiss, pgvector, PostgreSQL and qdrant's client (RUN=folder names a trained run)
	@Tools/Parity/export

fuzz: ## try what reads foreign files with libFuzzer, SECONDS=60 a target, all or TARGETS="picture csv"; Linux
	@Tools/Fuzz/fuzz $(SECONDS)

torture: build ## kill, fail and fill up what the command writes (KILLS a stage, FAILURES a kind of call, DISKS in MB); Linux
	@Tools/Torture/torture

torture-cluster: build ## kill and cut off trainings under torchrun, Slurm and between network namespaces, and servers behind nginx (ROUNDS); Linux, root
	@Tools/Torture/cluster

rehearse: build ## encode with Llama 3 70B's and EVA-CLIP-18B's true shapes under 8 GB (OPTIONS="--blocks 8 --titles 48"); needs NumPy and 8 GB of disk
	@python3 Tools/Rehearsal/rehearse.py $(OPTIONS)

bench: ## step, epoch, evaluation, encoding beside plain PyTorch, in one run (OPTIONS="--rounds 1 --json FILE"; SCIENTIFIC=folder)
	@Tools/Speed/bench $(if $(SCIENTIFIC),--scientific $(SCIENTIFIC)) $(OPTIONS)

bench-check: ## the stages' allocations and ratios against Benchmarks/Thresholds
	@Tools/Speed/check

bench-device: ## setup, tests and the table of `make bench` on an accelerator, into Results/device (OPTIONS="--device cuda")
	@Tools/Speed/device $(OPTIONS)

results: ## write Results/README.md, and the first table of README.md, of the studies in Results
	@Tools/Results/tables
	@python3 Tools/Results/first_table.py

format: ## put the sources into the project's format
	swift format --in-place --parallel --recursive $(sources)

lint: ## check the format, the modules' imports and what is public
	swift format lint --strict --parallel --recursive $(sources)
	@Tools/House/house.py check

surface: ## write Tools/House/Surface.txt, what is public, and the picture and table of the modules
	@Tools/House/house.py write

clean: ## remove what was built; LibTorch stays
	rm -rf .build
