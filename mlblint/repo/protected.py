"""Files that are not to be edited, although they can be read."""

from __future__ import annotations

import re

from mlblint.repo.index import is_chart_template, is_encrypted
from mlblint.repo.model import Model
from mlblint.text.documents import Document

_RENDERED = re.compile(r"^# Source: [^\s/]+(?:/charts/[^\s/]+)*/templates/", re.MULTILINE)


class Protection:
    """Judges each file once."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._reasons: dict[str, str | None] = {}

    def reason(self, document: Document) -> str | None:
        """Why a document's file is not to be touched."""
        host = document.host
        while host is not None:
            if host.lines.inexact:
                return f"{host.lines.inexact}: only in a block scalar (`|`) can it be edited"
            host = host.document.host
        path = document.source.path
        if path not in self._reasons:
            self._reasons[path] = self._judge(document)
        return self._reasons[path]

    def _judge(self, document: Document) -> str | None:
        source = document.source
        if source.path in self._model.index.encrypted or any(
            is_encrypted(one) for one in self._model.files.documents(source.path)
        ):
            return "the file is encrypted with SOPS: any change would break its MAC"
        if "{{" in source.text and is_chart_template(self._model.files, source.path):
            return "the file is a Helm template"
        if _RENDERED.search(source.text):
            return "the file was rendered from a chart: change the chart's values instead"
        return None
