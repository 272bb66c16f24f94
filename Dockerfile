# mlblint in a container, for CI that runs images:
#
#   docker build -t mlblint .
#   docker run --rm -v "$PWD:/repository:ro" mlblint
#   docker run --rm -v "$PWD:/repository" -u "$(id -u):$(id -g)" mlblint --fix
FROM python:3.13-slim AS build
WORKDIR /source
COPY pyproject.toml README.md LICENSE ./
COPY mlblint mlblint
COPY rules rules
COPY schemas schemas
RUN pip wheel --no-cache-dir --wheel-dir /wheels .

FROM python:3.13-slim
# Git tells which files belong to a repository, and what they were before.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/*
RUN --mount=type=bind,from=build,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index /wheels/*.whl
RUN useradd --no-create-home --uid 10001 mlblint
USER 10001
WORKDIR /repository
ENTRYPOINT ["mlblint"]
