"""mlblint lints and repairs GitOps repositories that run MetalLB."""

__version__ = "0.1.0"
