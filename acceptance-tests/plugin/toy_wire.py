# SPDX-License-Identifier: MPL-2.0
"""A plugin client that shares no code with the crate: it starts the toy as a CLI would, and speaks gRPC to it."""

import atexit
import base64
import datetime
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, Self

import grpc
import msgpack
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from grpc_tools import protoc

import toy

COOKIE = "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2"
# A debug build on a busy machine; an answer that takes longer does not come.
PATIENCE = 120.0
PROTOS = ("tfplugin5.proto", "tfplugin6.proto", "go_plugin.proto")
# What protocol 5 calls otherwise.
NAMES_IN_5 = {
    "GetProviderSchema": ("GetSchema", "GetProviderSchema"),
    "ValidateProviderConfig": ("PrepareProviderConfig", "PrepareProviderConfig"),
    "ConfigureProvider": ("Configure", "Configure"),
    "ValidateResourceConfig": ("ValidateResourceTypeConfig", "ValidateResourceTypeConfig"),
    "ValidateDataResourceConfig": ("ValidateDataSourceConfig", "ValidateDataSourceConfig"),
    "StopProvider": ("Stop", "Stop"),
}


@dataclass(frozen=True)
class Certificate:
    """A client's certificate, of the kind the go-plugin library makes: self-signed, on the curve P-521."""

    key: bytes
    pem: bytes

    @classmethod
    def new(cls) -> Self:
        key = ec.generate_private_key(ec.SECP521R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
        now = datetime.datetime.now(datetime.UTC)
        usages = [ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH]
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(minutes=1))
            .not_valid_after(now + datetime.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(usages), critical=False)
            .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
            .sign(key, hashes.SHA512())
        )
        pem = serialization.Encoding.PEM
        form, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        return cls(key.private_bytes(pem, form, plain), certificate.public_bytes(pem))


@cache
def generated(name: str) -> ModuleType:
    """A module compiled from the project's .proto files."""
    folder = _compiled()
    if folder not in sys.path:
        sys.path.insert(0, folder)
    return importlib.import_module(name)


@cache
def _compiled() -> str:
    folder = tempfile.mkdtemp(prefix="protos")
    atexit.register(shutil.rmtree, folder)
    include = Path(protoc.__file__).parent / "_proto"
    arguments = [f"-I{toy.ROOT / 'proto'}", f"-I{include}", f"--python_out={folder}", f"--grpc_python_out={folder}"]
    if protoc.main(["protoc", *arguments, *PROTOS]) != 0:
        raise RuntimeError("the .proto files do not compile")
    return folder


@dataclass
class Plugin:
    """A running provider: the toy, where no other is named."""

    process: subprocess.Popen[bytes]
    certificate: Certificate | None
    protocol: int
    network: str
    address: str
    server_certificate: bytes
    rest: list[str]
    channels: list[grpc.Channel] = field(default_factory=list)

    @classmethod
    def start(
        cls,
        protocols: str = "5,6",
        certificate: Certificate | None = None,
        binary: Path | None = None,
        **environment: str,
    ) -> Self:
        env = {
            "PATH": os.environ["PATH"],
            "TF_PLUGIN_MAGIC_COOKIE": COOKIE,
            "PLUGIN_PROTOCOL_VERSIONS": protocols,
            "PLUGIN_MIN_PORT": "10000",
            "PLUGIN_MAX_PORT": "25000",
        }
        if certificate:
            env["PLUGIN_CLIENT_CERT"] = certificate.pem.decode()
        pipe = subprocess.PIPE
        process = subprocess.Popen([binary or toy.binary()], env=env | environment, stdout=pipe, stderr=pipe, stdin=pipe)
        assert process.stdout
        line = process.stdout.readline().decode()
        version, protocol, network, address, kind, encoded, *rest = line.rstrip("\n").split("|")
        assert (version, kind) == ("1", "grpc"), line
        assert "=" not in encoded, "the certificate must not be padded"
        der = base64.b64decode(encoded + "=" * (-len(encoded) % 4))
        return cls(process, certificate, int(protocol), network, address, der, rest)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for channel in self.channels:
            channel.close()
        # A killed process could not remove its socket.
        self.process.terminate()
        try:
            self.process.communicate(timeout=PATIENCE)
        finally:
            self.process.kill()

    @property
    def directory(self) -> Path:
        return Path(self.address).parent

    def channel(self, certificate: Certificate | None = None) -> grpc.Channel:
        """A connection with the certificate of the plugin's client, or with another."""
        certificate = certificate or self.certificate
        unlimited = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        if certificate is None:
            # Python would name the socket's path as the authority, which is not one; Go names a host.
            plain = [*unlimited, ("grpc.default_authority", "localhost")]
            channel = grpc.insecure_channel(f"unix:{self.address}", options=plain)
        else:
            credentials = grpc.ssl_channel_credentials(self.root, certificate.key, certificate.pem)
            channel = self.secure(credentials, unlimited)
        self.channels.append(channel)
        return channel

    def secure(self, credentials: grpc.ChannelCredentials, options: list[tuple[str, Any]]) -> grpc.Channel:
        named = [*options, ("grpc.ssl_target_name_override", "localhost")]
        return grpc.secure_channel(f"unix:{self.address}", credentials, options=named)

    @property
    def root(self) -> bytes:
        certificate = x509.load_der_x509_certificate(self.server_certificate)
        return certificate.public_bytes(serialization.Encoding.PEM)

    def client(self, channel: grpc.Channel | None = None) -> "Client":
        return Client(channel or self.channel(), self.protocol)


class Client:
    """The provider's calls under the names of protocol 6, whichever is spoken."""

    def __init__(self, channel: grpc.Channel, protocol: int) -> None:
        self.channel = channel
        self.protocol = protocol
        self.messages = generated(f"tfplugin{protocol}_pb2")
        self.stub = generated(f"tfplugin{protocol}_pb2_grpc").ProviderStub(channel)

    def call(self, rpc: str, /, timeout: float = PATIENCE, **fields: Any) -> Any:
        return self.start(rpc, timeout, **fields).result()

    def start(self, rpc: str, /, timeout: float = PATIENCE, **fields: Any) -> Any:
        method, request = self.request(rpc, fields)
        return getattr(self.stub, method).future(request, timeout=timeout)

    def stream(self, rpc: str, /, timeout: float = PATIENCE, **fields: Any) -> Any:
        """The events of a call that answers many, which can be cancelled."""
        method, request = self.request(rpc, fields)
        return getattr(self.stub, method)(request, timeout=timeout)

    def request(self, rpc: str, fields: dict[str, Any]) -> tuple[str, Any]:
        method, message = (rpc, rpc) if self.protocol == 6 else NAMES_IN_5.get(rpc, (rpc, rpc))
        request = getattr(self.messages, message).Request
        return method, request(**{field: self.packed(request, field, value) for field, value in fields.items()})

    def packed(self, request: Any, field: str, value: Any) -> Any:
        """Bytes of MessagePack, or of JSON, in the message that the field wants."""
        kind = request.DESCRIPTOR.fields_by_name[field].message_type
        if kind is None or not isinstance(value, bytes):
            return value
        if kind.name == "ResourceIdentityData":
            return self.messages.ResourceIdentityData(identity_data=self.value(value))
        return self.value(value) if kind.name == "DynamicValue" else self.messages.RawState(json=value)

    def value(self, msgpack: bytes) -> Any:
        return self.messages.DynamicValue(msgpack=msgpack)

    def configure(self, directory: Path) -> None:
        config = toy.packed({"directory": str(directory)})
        assert not self.call("ConfigureProvider", config=config).diagnostics

    def plan(self, config: dict[str, Any], timeout: float = PATIENCE) -> Any:
        proposed = toy.packed(config | {"password_wo": None})
        nothing = toy.packed(None)
        given = {"prior_state": nothing, "proposed_new_state": proposed, "config": toy.packed(config)}
        return self.call("PlanResourceChange", timeout, type_name="toy_thing", **given)

    def create(self, config: dict[str, Any]) -> Any:
        answer = self.apply(self.plan(config), config).result()
        assert not answer.diagnostics, answer.diagnostics
        return answer

    def apply(self, planned: Any, config: dict[str, Any]) -> Any:
        """The call under way; `.result()` waits for it."""
        return self.start(
            "ApplyResourceChange",
            type_name="toy_thing",
            prior_state=toy.packed(None),
            planned_state=planned.planned_state.msgpack,
            config=toy.packed(config),
            planned_private=planned.planned_private,
        )

    def shutdown(self) -> None:
        stub = generated("go_plugin_pb2_grpc").GRPCControllerStub(self.channel)
        stub.Shutdown(generated("go_plugin_pb2").Empty(), timeout=PATIENCE)


def unpacked(value: Any) -> Any:
    """What a DynamicValue holds."""
    return msgpack.unpackb(value.msgpack)


def identity(answered: Any) -> Any:
    return unpacked(answered.identity_data)


def said(diagnostics: Any) -> str:
    return "\n".join(f"{diagnostic.summary}: {diagnostic.detail}" for diagnostic in diagnostics)


def steps(diagnostic: Any) -> list[str]:
    """The attribute that a diagnostic blames."""
    return [step.attribute_name for step in diagnostic.attribute.steps]
