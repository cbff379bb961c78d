"""The story: two people, one bucket, one project. Every outcome is checked as it is told."""

from __future__ import annotations

from demo import fits
from demo.catalogue import by_number, row
from demo.scene import BUCKET, KEYS, RELEASE, Scene
from demo.telling import Person, say, sha256, sums, title, verify

DATA = "data/raw"
CATALOGUE = "data/raw/catalogue.csv"


def tell(scene: Scene) -> None:
    """Tell the whole story.

    Raises:
        NotAsTold: something came out differently.
    """
    ada, ben = scene.ada, scene.clone_for("ben")
    before = scene.stored()
    _describe(scene, ada)
    _stage(scene, ada)
    _clone(scene, ben)
    _change(scene, ada)
    _follow(scene, ben)
    _conflict(scene, ada, ben)
    _without_git(scene, ada)
    _old_commit(scene, before)
    _undo(ada)


def _describe(scene: Scene, ada: Person) -> None:
    title("1. Ada describes the data")
    say(
        f"The lab's bucket {BUCKET} holds a catalogue and images of the sky, on its own server."
        " The keys go to that server only, and never into the project. Here they come from a file;"
        " on a terminal they are asked for."
    )
    endpoint = f"--endpoint {scene.server.endpoint}"
    ada.does(f"git storage login --stdin s3://{BUCKET} {endpoint} < ../{KEYS}")
    say("Ada tells her git project about the data; that takes one listing.")
    ada.does(f"git storage add survey s3://{BUCKET}/{RELEASE[:-1]} {endpoint} --to {DATA}")
    verify("nothing was downloaded", scene.downloads() == 0)
    say("Git keeps two small texts about it. The data itself is ignored by git.")
    ada.does("git status --short")
    ada.does("head -4 data/raw.storage")
    verify("the bucket's layout is as it was", set(scene.stored()) == set(_names(ada)))
    ada.does("git commit --quiet --message 'describe the survey'")
    ada.does("git push --quiet")
    ada.does("git storage ls")
    verify("git status is clean", _clean(ada))


def _stage(scene: Scene, ada: Person) -> None:
    title("2. She brings the bytes here")
    say("All of it. `git storage stage data/raw/images/m31.fits` would bring one image.")
    ada.does("git storage stage --all")
    _same(scene, ada, "every file has the SHA-256 of its object")
    ada.does("git storage status")
    verify("git status is clean", _clean(ada))


def _clone(scene: Scene, ben: Person) -> None:
    title("3. Ben clones the project")
    say(
        "A plain clone. It may name any server, so that none is asked before Ben has approved it."
        " On a terminal `stage` shows where it would go, and asks; here it says what to type."
    )
    at_root = Person("ben", scene.root, ben.environment)
    at_root.does("git clone --quiet project.git ben")
    ben.does("git storage stage --all", code=128)
    ben.does("git storage trust --yes survey")
    ben.does(f"git storage login --stdin survey < ../{KEYS}")
    ben.does("git storage stage --all")
    _same(scene, ben, "Ben has the same bytes")
    verify("git status is clean", _clean(ben))


def _change(scene: Scene, ada: Person) -> None:
    title("4. Ada edits, adds and deletes")
    say("She adds a row and an image, and decides that the image of M43 is not worth keeping.")
    m110 = by_number(110)
    ada.does(f"echo '{row(m110)}' >> {CATALOGUE}")
    telescope = scene.root / "telescope"
    telescope.mkdir()
    (telescope / "m110.fits").write_bytes(fits.image(m110))
    ada.does(f"cp ../telescope/m110.fits {DATA}/images/")
    ada.does(f"git storage rm {DATA}/images/m43.fits")
    ada.does("git storage status")
    ada.does("git storage diff")
    say("What would a sync do? `--dry-run` shows the plan that sync carries out.")
    stored = scene.stored()
    ada.does("git storage sync --dry-run")
    verify("the dry run changed nothing", scene.stored() == stored)
    ada.does("git storage sync")
    _same(scene, ada, "the bucket holds Ada's files, and M43 is gone from it")
    verify("the catalogue there has the new row", b"M110," in scene.stored()["catalogue.csv"])
    verify("M43 is gone", "images/m43.fits" not in scene.stored())
    ada.does("git commit --quiet --all --message 'add M110, drop M43' && git push --quiet")
    ada.does("git storage status")
    verify("git status is clean", _clean(ada))


def _follow(scene: Scene, ben: Person) -> None:
    title("5. Ben follows")
    say("`git pull` brings the new pointer, `stage` the bytes that it names.")
    ben.does("git pull --quiet")
    ben.does("git storage stage --all")
    _same(scene, ben, "Ben has the same bytes again, without M43")


def _conflict(scene: Scene, ada: Person, ben: Person) -> None:
    title("6. Both edit the catalogue")
    ada.does(f"echo 'M102,5866,galaxy,Dra,15 06.5,+55 46,9.9' >> {CATALOGUE}")
    ada.does("git storage sync")
    ada.does("git commit --quiet --all --message 'add M102' && git push --quiet")
    say("Ben does not know, and has corrected a magnitude meanwhile.")
    ben.does(f"sed -i 's/,+22 01,8.4$/,+22 01,8.6/' {CATALOGUE}")
    ben.does("git pull --quiet")
    stored, mine = scene.stored(), ben.files(DATA)
    ben.does("git storage sync", code=1)
    verify("sync stopped with exit status 1", True)
    verify("nothing moved, here or there", scene.stored() == stored and ben.files(DATA) == mine)
    say(
        "He keeps both: Ada's catalogue under its name, his own beside it. It is the first time"
        " that he sends anything there, which has to be approved as well."
    )
    ben.does("git storage trust --write --yes survey")
    ben.does("git storage sync --verbose --keep both")
    beside = f"catalogue.conflict-{sha256(mine['catalogue.csv'])[:8]}.csv"
    after = scene.stored()
    verify("the bucket has Ada's catalogue", after["catalogue.csv"] == stored["catalogue.csv"])
    verify(f"and Ben's, as {beside}", after[beside] == mine["catalogue.csv"])
    _same(scene, ben, "Ben has both as well")
    ben.does("git commit --quiet --all --message 'keep both catalogues' && git push --quiet")
    verify("git status is clean", _clean(ben))


def _without_git(scene: Scene, ada: Person) -> None:
    title("7. Somebody without git changes the bucket")
    say("Carol has a better image of M57 and uploads it straight into the bucket.")
    better = fits.image(by_number(57), seconds=3600)
    scene.bucket.put(f"{RELEASE}images/m57.fits", better)
    ada.does("git pull --quiet")
    ada.does("git storage status --remote")
    ada.does("git storage sync")
    image = ada.files(DATA)["images/m57.fits"]
    verify("Ada has Carol's image", image == better)
    verify("its header tells of one hour", fits.cards(image)["EXPTIME"] == "3600.0")
    ada.does("git commit --quiet --all --message 'a better M57' && git push --quiet")
    _same(scene, ada, "clone and bucket are the same")
    verify("git status is clean", _clean(ada))


def _old_commit(scene: Scene, before: dict[str, bytes]) -> None:
    title("8. The data as it was")
    say(
        "A reviewer checks out the first description. The bucket keeps old versions, so that even"
        " what has been overwritten or deleted since can be staged."
    )
    reviewer = scene.clone_for("reviewer")
    at_root = Person("reviewer", scene.root, reviewer.environment)
    at_root.does("git clone --quiet project.git reviewer")
    first = scene.ada.asks("git", "rev-list", "--reverse", "HEAD").splitlines()[1]
    reviewer.does(f"git checkout --quiet {first[:10]}  # describe the survey")
    stored = scene.stored()
    reviewer.does("git storage trust --yes survey")
    reviewer.does(f"git storage login --stdin survey < ../{KEYS}")
    reviewer.does("git storage stage --all")
    verify("byte for byte the data of that day", sums(reviewer.files(DATA)) == sums(before))
    verify("the bucket's present was not touched", scene.stored() == stored)
    verify("git status is clean", _clean(reviewer))


def _undo(ada: Person) -> None:
    title("9. A mistake")
    say("Ada has spent a day on the catalogue, and restores the wrong file.")
    ada.does(f"echo '# a day of work' >> {CATALOGUE}")
    work = ada.files(DATA)
    ada.does(f"git storage restore {CATALOGUE}")
    verify("her work is gone from the file", ada.files(DATA) != work)
    ada.does("git storage undo")
    verify("and is back, byte for byte", ada.files(DATA) == work)
    say("What a command replaces or removes goes to the trash first, unless the storage has it.")
    ada.does("git storage status --only-here")
    verify("only this file exists nowhere else", True)


def _names(person: Person) -> list[str]:
    """The objects that the pointer in a clone names."""
    lines = (person.top / "data/raw.storage").read_text().splitlines()[2:]
    return [line.split("\t")[0] for line in lines]


def _same(scene: Scene, person: Person, text: str) -> None:
    here, there = sums(person.files(DATA)), sums(scene.stored())
    verify(f"{text} ({len(there)} objects)", here == there)


def _clean(person: Person) -> bool:
    return person.asks("git", "status", "--porcelain") == ""
