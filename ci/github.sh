#!/usr/bin/env bash
# One run in a job of GitHub Actions: annotations in the log, a summary of the job, and a SARIF file.
set -euo pipefail

mlblint="${MLBLINT_ENVIRONMENT:-${RUNNER_TEMP:?}/mlblint}/bin/mlblint"
sarif="${RUNNER_TEMP:?}/mlblint.sarif"
summary="$RUNNER_TEMP/mlblint.md"

arguments=()
while IFS= read -r word; do
  if [ -n "$word" ]; then arguments+=("$word"); fi
done <<<"${MLBLINT_OPTIONS:-}"

# A pull request is checked out as its merge: the first parent is the branch that it goes to.
if [ "${GITHUB_EVENT_NAME:-}" = pull_request ] && [ "${MLBLINT_CHANGED_ONLY:-true}" = true ]; then
  if git rev-parse --quiet --verify 'HEAD^1' >/dev/null; then
    arguments+=(--diff-base 'HEAD^1')
  else
    echo "::warning title=mlblint::everything is reported, and not only what the pull request" \
      "brings: the checkout has no history. Write \`fetch-depth: 2\` for actions/checkout"
  fi
fi

while IFS= read -r path; do
  # A name that begins with a dash is no option.
  case "$path" in
    "") ;;
    -*) arguments+=("./$path") ;;
    *) arguments+=("$path") ;;
  esac
done <<<"${MLBLINT_PATHS:-}"

code=0
"$mlblint" \
  --output-format github --output-file - \
  --output-format sarif --output-file "$sarif" \
  --output-format markdown --output-file "$summary" \
  ${arguments[@]+"${arguments[@]}"} || code=$?

echo "exit-code=$code" >>"${GITHUB_OUTPUT:-/dev/null}"
if [ -f "$sarif" ]; then echo "sarif-file=$sarif" >>"${GITHUB_OUTPUT:-/dev/null}"; fi
if [ -f "$summary" ]; then cat "$summary" >>"${GITHUB_STEP_SUMMARY:-/dev/null}"; fi
exit "$code"
