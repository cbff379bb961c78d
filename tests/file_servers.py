"""Real file servers for the tests: WebDAV, SFTP and the web, each over a directory of this machine.

What people without git do to such a storage, tests do in the directory. The same rules as in
`tests.servers`: 127.0.0.1, a free port, and a server that is not installed is a failure.
"""

from __future__ import annotations

import getpass
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.servers import ServerMissing, free_port, installed, running

USER = "ada"
PASSWORD = "a-password-for-tests"


@dataclass(frozen=True, slots=True)
class FileServer:
    """A running server and the directory that it serves.

    Attributes:
        url: the root of what is served, as its own programs spell it, without a trailing slash.
        root: the directory.
        user: who may write, or None where everybody may.
        password: that user's.
    """

    url: str
    root: Path
    user: str | None = None
    password: str | None = None

    @property
    def netloc(self) -> str:
        """`host:port`."""
        return self.url.partition("://")[2].partition("/")[0]


@dataclass(frozen=True, slots=True)
class SshServer:
    """A running sshd with SFTP, and what a client needs to be let in.

    Attributes:
        port: of 127.0.0.1.
        user: the account that runs the tests.
        root: a directory to keep objects in.
        key: the private key file that is let in.
        known_hosts: a file with the server's host key, as OpenSSH keeps it.
        host_key: that line's key, without the host.
    """

    port: int
    user: str
    root: Path
    key: Path
    known_hosts: Path
    host_key: str

    @property
    def url(self) -> str:
        """The root as a storage URL, without a trailing slash."""
        return f"sftp://{self.user}@127.0.0.1:{self.port}{self.root}"

    def make_known(self, home: Path) -> None:
        """Give a home what `ssh` needs: the key to show, and the server's to expect."""
        folder = home / ".ssh"
        folder.mkdir(mode=0o700)
        shutil.copy(self.known_hosts, folder / "known_hosts")
        (folder / "config").write_text(f"Host *\n  IdentityFile {self.key}\n")


@contextmanager
def wsgidav(directory: Path) -> Iterator[FileServer]:
    """The WebDAV server that honours preconditions; its ETags are made of whole seconds."""
    program = installed("GITSTORE_WSGIDAV", "wsgidav/bin/wsgidav")
    port, root = free_port(), _made(directory / "files")
    settings = directory / "wsgidav.yaml"
    settings.write_text(
        f"host: 127.0.0.1\nport: {port}\nserver: cheroot\n"
        f'provider_mapping:\n  "/": {root}\n'
        "http_authenticator:\n  accept_basic: true\n  accept_digest: false\n"
        "  default_to_digest: false\n"
        f'simple_dc:\n  user_mapping:\n    "*":\n      "{USER}": {{password: "{PASSWORD}"}}\n'
        "verbose: 1\nlock_storage: true\nproperty_manager: true\n"
    )
    url = f"http://127.0.0.1:{port}"
    command = [str(program), "-c", str(settings)]
    with running(command, {"PATH": os.environ["PATH"]}, url):
        yield FileServer(url, root, USER, PASSWORD)


@contextmanager
def rclone_webdav(directory: Path) -> Iterator[FileServer]:
    """The WebDAV server that ignores preconditions; its ETags are MD5 sums."""
    program = installed("GITSTORE_RCLONE", "rclone/bin/rclone")
    port, root = free_port(), _made(directory / "files")
    url = f"http://127.0.0.1:{port}"
    command = [str(program), "serve", "webdav", "--config", "/dev/null", "--etag-hash", "auto"]
    # What is put there behind its back is seen soon; with no time at all it would never rest.
    command += ["--dir-cache-time", "50ms"]
    command += ["--addr", f"127.0.0.1:{port}", "--user", USER, "--pass", PASSWORD, str(root)]
    with running(command, {"PATH": os.environ["PATH"]}, url):
        yield FileServer(url, root, USER, PASSWORD)


@contextmanager
def apache(directory: Path) -> Iterator[FileServer]:
    """Apache's WebDAV: no ETag that names a version before the file is two seconds old."""
    program, port, root = _system("apache2"), free_port(), _made(directory / "files")
    url = f"http://127.0.0.1:{port}"
    modules = "".join(
        f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so\n"
        for name in ("mpm_event", "authz_core", "dav", "dav_fs", "dav_lock")
    )
    settings = directory / "apache.conf"
    settings.write_text(
        f"ServerRoot {directory}\nServerName 127.0.0.1\nListen 127.0.0.1:{port}\n"
        f"PidFile {directory}/apache.pid\nDefaultRuntimeDir {directory}\n{modules}"
        f"User {_account()}\nErrorLog {directory}/apache.log\nDocumentRoot {root}\n"
        f"DAVLockDB {directory}/lock\nFileETag MTime Size\n"
        f"<Directory {root}>\n Dav On\n</Directory>\n"
    )
    if os.getuid() == 0:
        # Apache gives up root, so what it serves has to belong to whom it becomes.
        shutil.chown(root, _account())
        shutil.chown(directory, _account())
    command = [str(program), "-d", str(directory), "-f", str(settings), "-DFOREGROUND"]
    with running(command, {"PATH": os.environ["PATH"]}, url):
        yield FileServer(url, root)


@contextmanager
def nginx(directory: Path) -> Iterator[FileServer]:
    """A web server: `/` is listed, `/json/` too as JSON, `/quiet/` is not, `/private/` asks who.

    All four are the same files.
    """
    program, port, root = _system("nginx"), free_port(), _made(directory / "files")
    url = f"http://127.0.0.1:{port}"
    secrets = directory / "passwords"
    secrets.write_text(f"{USER}:{{PLAIN}}{PASSWORD}\n")
    temporary = "".join(
        f"{name}_temp_path {directory}/{name};"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    settings = directory / "nginx.conf"
    settings.write_text(
        f"daemon off; master_process off; worker_processes 1; pid {directory}/nginx.pid;\n"
        f"error_log {directory}/error.log; events {{ worker_connections 256; }}\n"
        f"http {{ access_log off; sendfile on; default_type application/octet-stream;\n"
        f"{temporary}\nserver {{ listen 127.0.0.1:{port}; root {root};\n"
        f"location / {{ autoindex on; }}\n"
        f"location /json/ {{ alias {root}/; autoindex on; autoindex_format json; }}\n"
        f"location /quiet/ {{ alias {root}/; }}\n"
        f"location /private/ {{ alias {root}/; autoindex on; auth_basic x;"
        f" auth_basic_user_file {secrets}; }}\n"
        "} }\n"
    )
    command = [str(program), "-p", str(directory), "-c", str(settings), "-e", "stderr"]
    with running(command, {"PATH": os.environ["PATH"]}, url):
        yield FileServer(url, root, USER, PASSWORD)


@contextmanager
def sshd(directory: Path) -> Iterator[SshServer]:
    """OpenSSH, which lets in whoever runs the tests with a key of their own."""
    program, port = _system("sshd"), free_port()
    if os.getuid() == 0:
        # Its own start-up script makes this directory, and it does not start without.
        Path("/run/sshd").mkdir(exist_ok=True)
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(directory / name)]
        subprocess.run(command, check=True)
    shutil.copy(directory / "user.pub", directory / "authorized_keys")
    settings = directory / "sshd_config"
    settings.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {directory}/host\nPidFile none\n"
        f"AuthorizedKeysFile {directory}/authorized_keys\nPasswordAuthentication no\n"
        "KbdInteractiveAuthentication no\nUsePAM no\nStrictModes no\n"
        "PermitRootLogin prohibit-password\nSubsystem sftp internal-sftp\n"
        "MaxSessions 100\nMaxStartups 200\nLogLevel ERROR\n"
    )
    kind, key, *_ = (directory / "host.pub").read_text().split()
    known = directory / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {kind} {key}\n")
    server = SshServer(
        port, getpass.getuser(), _made(directory / "files"), directory / "user", known,
        f"{kind} {key}",
    )  # fmt: skip
    command = [str(program), "-D", "-e", "-f", str(settings)]
    with running(command, {"PATH": os.environ["PATH"]}, f"tcp://127.0.0.1:{port}"):
        yield server


def _made(root: Path) -> Path:
    root.mkdir(parents=True)
    return root


def _account() -> str:
    return "www-data" if os.getuid() == 0 else getpass.getuser()


def _system(name: str) -> Path:
    # The system's administrators keep these where other people's PATH does not look.
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise ServerMissing(f"{name} is not installed: run `make servers`")
    return Path(found)
