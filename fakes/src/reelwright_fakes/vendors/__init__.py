"""The vendors this server plays; a new one is a module here and a line below."""

from __future__ import annotations

from reelwright_fakes.vendor import Vendor
from reelwright_fakes.vendors.anthropic import Anthropic
from reelwright_fakes.vendors.azure import Azure
from reelwright_fakes.vendors.fal import Fal
from reelwright_fakes.vendors.fast import Fast
from reelwright_fakes.vendors.gemini import Gemini
from reelwright_fakes.vendors.openai import OpenAI
from reelwright_fakes.vendors.replicate import Replicate

VENDORS: tuple[Vendor, ...] = (OpenAI(), Azure(), Fast(), Anthropic(), Gemini(), Fal(), Replicate())
