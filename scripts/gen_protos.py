"""Generates gen/ from protos/: messages, services, type stubs and the descriptor image; `--check` fails when stale."""

from __future__ import annotations

import argparse
import filecmp
import shutil
import sys
import tempfile
from importlib import resources
from pathlib import Path

import protovalidate
from google.api import annotations_pb2
from google.protobuf import any_pb2, descriptor_pb2, duration_pb2, field_mask_pb2, struct_pb2, timestamp_pb2
from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
OUT = ROOT / "gen" / "src"
IMAGE = "reelwright/reelwright.binpb"
# No contract imports it, yet every error carries its messages: the gateway, which prints errors, needs them.
DETAILS = "google/rpc/error_details.proto"
STUBS = ("mypy", "mypy_grpc")

# The one module protoc cannot make: the validation rules come with the protovalidate wheel as a descriptor only.
VALIDATE_MODULE = '''"""Registers buf/validate/validate.proto, whose descriptor comes with the protovalidate wheel."""

import protovalidate
from google.api import annotations_pb2
from google.protobuf import (
    descriptor_pb2,  # noqa: F401
    descriptor_pool,
    duration_pb2,  # noqa: F401
    field_mask_pb2,  # noqa: F401
    timestamp_pb2,  # noqa: F401
)

DESCRIPTOR = descriptor_pool.Default().AddSerializedFile(protovalidate.ViolationPb.desc().file.proto.to_binary())
'''


def validate_descriptors() -> bytes:
    """The descriptor set protoc needs to resolve `import "buf/validate/validate.proto"`."""
    files = descriptor_pb2.FileDescriptorSet()
    for module in (descriptor_pb2, duration_pb2, field_mask_pb2, timestamp_pb2, any_pb2, struct_pb2):
        files.file.add().ParseFromString(module.DESCRIPTOR.serialized_pb)
    files.file.add().ParseFromString(protovalidate.ViolationPb.desc().file.proto.to_binary())
    return files.SerializeToString()


def sources() -> list[str]:
    """Every contract file, as protoc names it."""
    return sorted(str(path.relative_to(PROTOS)) for path in PROTOS.rglob("*.proto"))


def compile_protos(arguments: list[str], *more: str) -> None:
    """Runs protoc over all contracts, and the files named in `more`, with `arguments`; raises when it fails."""
    with tempfile.TemporaryDirectory() as scratch:
        validate = Path(scratch) / "validate.binpb"
        validate.write_bytes(validate_descriptors())
        includes = [f"-I{PROTOS}", f"-I{resources.files('google.api').joinpath('../..').resolve()}"]
        code = protoc.main(["protoc", f"--descriptor_set_in={validate}", *includes, *arguments, *sources(), *more])
    if code:
        raise SystemExit(f"protoc ended with {code}")


def build_gateway_image(path: Path) -> None:
    """Writes the contract as one descriptor set in the form Envoy's transcoder loads.

    Envoy refuses `response_body` for fields that are messages, so it is left out here; the gateway's configuration
    takes the field out of the answer itself.
    """
    compile_protos(["--include_imports", f"--descriptor_set_out={path}"], DETAILS)
    image = descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())
    for method in (method for file in image.file for service in file.service for method in service.method):
        if method.options.HasExtension(annotations_pb2.http):
            method.options.Extensions[annotations_pb2.http].ClearField("response_body")
    path.write_bytes(image.SerializeToString(deterministic=True))


def build_image(path: Path) -> None:
    """Writes the whole contract with comments as one descriptor set, the form buf lint and buf breaking read."""
    compile_protos(["--include_imports", "--include_source_info", f"--descriptor_set_out={path}"])


def generate(out: Path) -> None:
    """Writes everything below gen/src into `out`."""
    out.mkdir(parents=True, exist_ok=True)
    kinds = ("python", "grpc_python", *STUBS)
    # The stub plugins lie beside this interpreter, which need not be on PATH.
    plugins = [f"--plugin=protoc-gen-{kind}={Path(sys.executable).parent / f'protoc-gen-{kind}'}" for kind in STUBS]
    # Every file of a stub plugin would be announced on standard error.
    quiet = dict.fromkeys(STUBS, "quiet:")
    compile_protos([*plugins, *(f"--{kind}_out={quiet.get(kind, '')}{out}" for kind in kinds)])
    build_gateway_image(out / IMAGE)
    for config in PROTOS.rglob("service_config.json"):
        shutil.copy(config, out / config.relative_to(PROTOS))
    for api in sorted(path for path in (out / "reelwright").iterdir() if path.is_dir()):
        (api / "py.typed").touch()
    validate = out / "buf" / "validate"
    validate.mkdir(parents=True)
    (validate / "validate_pb2.py").write_text(VALIDATE_MODULE)


def stale(fresh: Path, committed: Path) -> list[str]:
    """Files that differ between two trees, or that only one of them has."""
    names = {str(p.relative_to(tree)) for tree in (fresh, committed) for p in tree.rglob("*") if p.is_file()}
    names = {name for name in names if "__pycache__" not in name}
    _, mismatch, errors = filecmp.cmpfiles(fresh, committed, names, shallow=False)
    return sorted([*mismatch, *errors])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when gen/ is stale")
    parser.add_argument("--image", type=Path, help="write the image with comments here and nothing else")
    arguments = parser.parse_args()
    if arguments.image:
        build_image(arguments.image)
        return
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "src"
        generate(fresh)
        if arguments.check:
            differing = stale(fresh, OUT)
            sys.exit("run `make proto`; stale: " + ", ".join(differing) if differing else 0)
        shutil.rmtree(OUT, ignore_errors=True)
        shutil.copytree(fresh, OUT)


if __name__ == "__main__":
    main()
