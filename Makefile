.DEFAULT_GOAL := help
.PHONY: help setup run test check lint types floors format bench evaluate wheel clean

PYTHON ?= python3.11
ifeq (, $(shell command -v $(PYTHON) 2>/dev/null))
PYTHON := python3
endif
VENV := .venv
BIN := $(VENV)/bin
export PYTHONUTF8 := 1

help: ## 显示这份说明
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.run-ready: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.dev-ready: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[dev]"
	touch $@ $(VENV)/.run-ready

setup: $(VENV)/.dev-ready ## 建立 .venv 并按 constraints.txt 安装

run: $(VENV)/.run-ready ## 首次建库建账号，处理示例文件，启动审核台、公开网站和定时任务
	$(BIN)/gongkai up

test: setup ## 运行全部测试
	$(BIN)/python -m pytest

check: setup lint types floors ## 代码规范、类型、楼层

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

floors: setup
	$(BIN)/lint-imports

format: setup ## 自动整理代码格式
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: setup ## 测速：各环节与全程，旁列朴素做法
	$(BIN)/python -m benchmarks.whole_way

evaluate: setup ## 在随附标注文件上评测
	$(BIN)/gongkai evaluate data/gold/a.jsonl data/gold/b.jsonl data/gold/c.jsonl

wheel: setup ## 打包
	$(BIN)/python -m pip wheel --no-deps -w dist .

clean: ## 删除虚拟环境和缓存（不动业务数据）
	rm -rf $(VENV) dist build *.egg-info .mypy_cache .ruff_cache .pytest_cache
