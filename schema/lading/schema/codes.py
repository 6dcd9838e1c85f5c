"""Every code that lading can report, once: its severity, its sentence, what stands under the caret, and one thing to
do.

Sentences are templates over the finding's words. A code keeps its number for ever; a removed one is never given again.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import NamedTuple


class Severity(StrEnum):
    """How bad it is. Only an error makes a command say no."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class _Named(dict[str, object]):
    """Words that are not known yet: each is its own name, in capitals."""

    def __missing__(self, word: str) -> object:
        return _Word(word.upper())


class _Word(str):
    """A word that is not known yet, whatever format is asked of it."""

    __slots__ = ()

    def __format__(self, how: str) -> str:
        return str(self)


_UNKNOWN = _Named()
"""The words of no finding in particular: with them a template reads as a sentence."""


class Code(NamedTuple):
    """One kind of problem. ``{word}`` in a template is filled from the finding; ``title`` is for lists and SARIF."""

    title: str
    sentence: str
    under: str = ""
    advice: str = ""
    severity: Severity = Severity.ERROR

    def message(self, words: Mapping[str, object]) -> str:
        """The sentence, in the user's words."""
        return self.sentence.format_map(words)

    def caption(self, words: Mapping[str, object]) -> str:
        """What stands under the caret."""
        return self.under.format_map(words)

    def help(self, words: Mapping[str, object]) -> str:
        """One thing to do; a finding may bring its own as the word ``help``."""
        return str(words["help"]) if words.get("help") else self.advice.format_map(words)

    @property
    def says(self) -> str:
        """The sentence of no finding in particular; nothing where it is each finding's own."""
        said = self.message(_UNKNOWN)
        return "" if said.isupper() else said

    @property
    def does(self) -> str:
        """The advice of no finding in particular."""
        return self.advice.format_map(_UNKNOWN)


GROUPS = {
    "LD1": "the text of a file",
    "LD2": "the model",
    "LD3": "fields against each other",
    "LD4": "what a target can not carry",
    "LD5": "the site",
    "LD6": "submission and the platforms' answers",
    "LD7": "the command line",
}
"""What the codes that begin so are about."""

WARNING, NOTE = Severity.WARNING, Severity.NOTE

BEGIN = "write a spec; its first line is `lading: v1`"

CODES: dict[str, Code] = {
    "LD101": Code("not UTF-8", "the file is not UTF-8 text", "the byte {byte} is not UTF-8 here", "save it as UTF-8"),
    "LD102": Code("another encoding", "the file is {encoding}, not UTF-8", "", "save it as UTF-8"),
    "LD103": Code(
        "file too large",
        "the file has {size} bytes, and no more than {bound} are read",
        "",
        "split it into several files",
    ),
    "LD104": Code(
        "control character",
        "the character {character} can not stand in a YAML file",
        "{where}",
        'remove it, or write it as {escape} in a text between double quotes: "…"',
    ),
    "LD105": Code("nothing written", "the {what} is empty", "", BEGIN),
    "LD110": Code("not YAML", "this is not YAML: {problem}", "the YAML parser stopped here", "correct this line"),
    "LD111": Code("tab", "a tab can not indent YAML", "a tab", "put spaces in its place"),
    "LD112": Code(
        "colon in a text",
        'a text with ": " in it needs quotes',
        "this would begin another value",
        "put the text in quotes",
    ),
    "LD113": Code(
        "dash out of place",
        'no item of a list can begin with "-" here',
        "this begins an item",
        'put each "-" on its own line, indented like the items around it; inside [ ] and {{ }} use "," instead',
    ),
    "LD114": Code(
        "line out of place",
        "this line does not continue the {block} around it",
        "expected {expected}",
        "indent it like the {block} it belongs to",
    ),
    "LD115": Code(
        "bracket or comma missing",
        'a "," or a "{closing}" is missing',
        'expected "," or "{closing}"',
        'close the bracket with "{closing}", or put a "," between the values',
    ),
    "LD116": Code(
        "key without colon",
        'there is no ":" after this key',
        'expected "key: value"',
        'put ": " and a value after it, or give a continued text the indentation of its first line',
    ),
    "LD117": Code(
        "text begins wrongly",
        "a text without quotes can not begin with {character}",
        "a character with a meaning of its own in YAML",
        "put the text in quotes",
    ),
    "LD118": Code(
        "value missing",
        "a value is missing before {character}",
        "expected a value",
        "write one, or remove the {character}",
    ),
    "LD119": Code("quote not closed", "the quote that opens here is never closed", "opened here", "close it"),
    "LD120": Code(
        "unknown escape",
        "this is no escape that YAML knows",
        "after a backslash in double quotes",
        "write \\\\ for a backslash, or put the text in single quotes",
    ),
    "LD121": Code(
        "text after the end",
        "the document has ended before this",
        "this belongs to nothing",
        'put a space after the ":" of a key; begin a new document with "---"',
    ),
    "LD122": Code(
        "malformed block text",
        "a text after | or > begins on the next line",
        "expected the end of the line",
        "write only |, |-, |+ or > here, and the text below it, indented",
    ),
    "LD123": Code("directive", "this directive is not known", "a line that begins with %", "remove the line"),
    "LD124": Code(
        "bracket not closed",
        'the "{opening}" that opens here is never closed',
        "opened here",
        'close it with "{closing}"',
    ),
    "LD125": Code(
        "text without quotes inside brackets",
        "a text with {character} in it needs quotes inside {{ }} and [ ]",
        "this has a meaning of its own here",
        "{choice}",
    ),
    "LD126": Code(
        "text after a value",
        "nothing can follow a closing quote or bracket",
        "expected the end of the line",
        "put the whole text in quotes",
    ),
    "LD127": Code(
        "key out of place",
        "this key does not fit the line above it",
        "the text of the line above goes on to here",
        'indent it like the keys it belongs to, and see that the line above reads "key: value"',
    ),
    "LD128": Code(
        "full-width punctuation",
        "this is a full-width {character}",
        "YAML takes it for a letter",
        "write {plain} where it is to have a meaning, and quotes around a text that holds it",
    ),
    "LD129": Code(
        "full-width punctuation in a text",
        "this is a full-width {character}, which separates nothing",
        "part of the text",
        "write {plain}, or put the text in quotes if it is meant",
        severity=WARNING,
    ),
    "LD131": Code(
        "duplicate key",
        'the key "{key}" stands here twice',
        "the same key again",
        "keep one of the two",
    ),
    "LD132": Code("key is no text", "a key must be a text", "this is {what}", "write a text in its place"),
    "LD133": Code(
        "merge key", "lading reads no merge keys", "<< is not part of YAML 1.2", "write out the keys that it would add"
    ),
    "LD134": Code("tag", "lading reads no YAML tags", "a tag", "remove it; quotes make any value a text"),
    "LD135": Code(
        "alias of nothing",
        'there is no anchor "&{name}" before this alias',
        "stands for nothing",
        "put the anchor before the alias, or the text in quotes if it is no alias",
    ),
    "LD136": Code(
        "aliases expand too far",
        "the aliases of this file stand for more than {bound} values",
        "this one is too many",
        "write fewer aliases of large values",
    ),
    "LD137": Code("nested too deeply", "this is nested more than {bound} levels deep", "", "flatten the structure"),
    "LD138": Code(
        "ambiguous value",
        'YAML readers disagree on "{text}"',
        "YAML 1.1 reads {reading}",
        "{choice}",
    ),
    "LD140": Code("not JSON", "this is not JSON: {problem}", "{problem}", "correct it, or name a file of JSON"),
    "LD141": Code(
        "several payloads",
        "the file holds {count} payloads, and one is read at a time",
        "the second one",
        "give each a file of its own: `lading compile SPEC -o DIR` writes them so",
    ),
    "LD142": Code(
        "not a payload",
        "this is no payload of {platform}: {why}",
        "{why}",
        "name a file with a payload, or the platform that it belongs to",
    ),
    "LD201": Code("wrong type", "{path} must be {wanted}, not {found}", "expected {wanted}", "write {wanted} here"),
    "LD202": Code(
        "no value",
        "there is no value here",
        "null",
        "write a value, or remove the line; null stands only in overrides and --set",
    ),
    "LD203": Code("unknown key", 'unknown key "{key}" in {parent}', "{parent} has no such field"),
    "LD204": Code("missing field", "{parent} needs {field}", "{field} is missing here", "add `{field}: {example}`"),
    "LD205": Code("not one of the known words", '"{value}" is not known here', "expected one of {known}"),
    "LD206": Code("malformed text", '{path} can not be "{value}"', "", "write {wanted}"),
    "LD207": Code("number out of range", "{path} must be {bound}", "out of range", "write a number that is {bound}"),
    "LD208": Code("wrong size", "{path} has {size} {what}, and {bound} are allowed", "{size} {what}", "have {bound}"),
    "LD209": Code(
        "quantity without unit",
        "{path} needs a unit",
        "{value} of what?",
        "write {what} with its unit, such as {example}",
    ),
    "LD210": Code("not a quantity", '"{value}" is not {what}', "expected {what}", "write {what}, such as {example}"),
    "LD211": Code(
        "fields that exclude each other",
        "{first} and {second} can not both be set",
        "and {second} here",
        "keep one of the two",
    ),
    "LD212": Code(
        "one of several is needed",
        "{parent} needs one of {known}",
        "none of them is here",
        "set exactly one of {known}",
    ),
    "LD213": Code("malformed key", '"{key}" can not be a key here', "expected {wanted}", "write {wanted}"),
    "LD214": Code("unknown platform", 'there is no platform "{name}"', "no such platform"),
    "LD215": Code(
        "malformed gpu",
        "this does not say which GPUs",
        "{what}",
        "write `gpu: 8`, `gpu: A800:8` or `gpu: {{model: A800, count: 8}}`",
    ),
    "LD216": Code("malformed indices", "{what}", "expected indices", "write them as `0-99`, `0-98:2`, `1,5` or a list"),
    "LD220": Code(
        "expression without value", "`{code}` has no value: {problem}", "{problem}", "the parameters are: {known}"
    ),
    "LD221": Code("malformed --set", '--set "{text}" is not NAME=VALUE', "", "write `--set schedule.timeLimit=2h`"),
    "LD222": Code(
        "--set of something else",
        '--set can not set "{path}"',
        "",
        "name a parameter, or a field that `overrides` may have; lists are replaced whole",
    ),
    "LD223": Code(
        "parameter and matrix",
        '"{key}" is both a parameter and a key of the matrix',
        "here as a key of the matrix",
        "rename one of the two",
    ),
    "LD224": Code(
        "too many combinations",
        "the matrix has more than {most:,} combinations, and no more are made of a document of this size",
        "too many",
        "take some of the values out",
    ),
    "LD225": Code(
        "too much text",
        "the expressions of this document make more than {most:,} characters",
        "here it is too much",
        "put long texts into files",
    ),
    "LD226": Code(
        "value twice in a matrix",
        "the matrix has {value} twice, which makes the same job twice",
        "the same value again",
        "take one of them out; to run a job several times, add a key such as `repeat: [1, 2]`",
    ),
    "LD230": Code("accept of nothing", 'accept names "{text}", which is no field of the language', "no such field"),
    "LD240": Code(
        "more than a file",
        'a step with `uses` can not also have "{key}"',
        "only after and params may stand beside uses",
        "write it in the file that is used",
    ),
    "LD241": Code(
        "unreadable file",
        "{file} can not be read: {problem}",
        "used here",
        "correct the path; it is relative to this file",
    ),
    "LD242": Code(
        "no job in the file",
        "{file} does not hold one job without a matrix",
        "used here",
        "name a file with a single document of kind job",
    ),
    "LD243": Code(
        "undeclared parameter", '{file} declares no parameter "{name}"', "not declared there", "it declares: {known}"
    ),
    "LD244": Code(
        "parameters of nothing",
        "a step has params, but uses no file",
        "parameters of what?",
        "put them at the top of the workflow, or add `uses`",
    ),
    "LD301": Code(
        "nothing to run",
        "{what} says nothing to run",
        "no command, script or image",
        "add a `command`, a `script` or an `image`",
    ),
    "LD302": Code(
        "args without command",
        "args are given, but nothing takes them",
        "arguments of what?",
        "add a `command`, or an `image` whose entry point takes them",
    ),
    "LD303": Code(
        "shell without script",
        "a shell is named, but there is no script for it",
        "the shell of what?",
        "add a `script`, or remove the line",
    ),
    "LD304": Code(
        "replicas and roles",
        "replicas and roles can not both be set",
        "replicas are the sum of the roles'",
        "remove replicas, or the roles",
    ),
    "LD305": Code("role of another framework", 'the framework {framework} has no role "{role}"', "no such role"),
    "LD306": Code(
        "framework without roles",
        "the framework spark needs roles",
        "its driver and its executors differ",
        "add `roles: {{driver: {{replicas: 1}}, executor: {{replicas: 4}}}}`",
    ),
    "LD307": Code(
        "reserved name",
        "{name} is set by lading itself",
        "names that start with LADING_ are taken",
        "choose another name",
    ),
    "LD308": Code(
        "name of a platform",
        "{name} may be overwritten: {prefix}… is set by a platform",
        "reserved on one platform",
        "choose another name",
        severity=WARNING,
    ),
    "LD309": Code(
        "mount without path",
        "the mount does not say where",
        "path is missing here",
        "add `path: /data`; only a volume may leave it to the catalog",
    ),
    "LD310": Code(
        "two mounts in one place",
        "two mounts share the path {path}",
        "the same path again",
        "give each mount its own path",
    ),
    "LD311": Code(
        "port twice", "the {what} {value} is used twice", "the same {what} again", "give each port its own {what}"
    ),
    "LD312": Code(
        "batch directive in a script",
        "a {directive} line has no effect in a script",
        "it holds `{line}`",
        "say it in the spec's own fields, or let `lading import` do that",
    ),
    "LD313": Code("unknown step", 'there is no step "{name}" in this workflow', "no such step"),
    "LD314": Code(
        "cycle", "the steps wait for each other: {cycle}", "this closes the circle", "remove one of these conditions"
    ),
    "LD315": Code(
        "field of another search", "{field} belongs to a search for images or text", "not with sql", "remove the line"
    ),
    "LD501": Code(
        "not a site file",
        "this is not a site file",
        "expected `kind: site`",
        "start it with `lading: v1` and `kind: site`",
    ),
    "LD316": Code(
        "superseded field",
        "{field} has no effect: every role has its own",
        "not used by any role",
        "remove the line",
        severity=WARNING,
    ),
    "LD317": Code(
        "two shells",
        "the script says itself what runs it: {first}",
        "this shell is not used",
        "remove the line",
        severity=WARNING,
    ),
    "LD318": Code(
        "variable in a variable",
        'nothing expands the variable in "{value}"',
        "the program finds this text as it is",
        "write the value, or expand it in the program",
        severity=NOTE,
    ),
    "LD401": Code("rounded", "{path} is rounded on {target}: {why}", "{why}", severity=NOTE),
    "LD402": Code("emulated", "{path} is emulated on {target}: {why}", "{why}", severity=NOTE),
    "LD403": Code("recorded", "{path} is only recorded: {why}", "{why}", severity=NOTE),
    "LD404": Code(
        "dropped",
        "{path} would be lost on {target}: {why}",
        "{why}",
        "remove it, or agree to the loss: `accept: [{quoted}]`",
    ),
    "LD405": Code("accepted loss", "{path} is lost on {target}, as accepted: {why}", "{why}", severity=NOTE),
    "LD406": Code(
        "refused", "{path} can not be had on {target}: {why}", "{why}", "change or remove it, or choose another target"
    ),
    "LD407": Code(
        "unused login",
        "the site's login for {host} is not used on {target}",
        "pulled without a login, or not at all",
        "log the runtime in on the nodes themselves",
        severity=NOTE,
    ),
    "LD408": Code("to be decided", "{path} on {target}: {why}", "{why}", severity=WARNING),
    "LD410": Code("said twice", "{native} sets what {portable} sets too", "said a second time", "keep one of the two"),
    "LD411": Code(
        "raw to nowhere",
        "the pointer {pointer} leads nowhere: {problem}",
        "{problem}",
        "look at the payload with `lading compile --format json`",
    ),
    "LD412": Code(
        "payload refused by its schema",
        "{platform} would not understand {pointer}: {problem}",
        "this made {pointer}",
        "correct the value",
    ),
    "LD420": Code(
        "program in an image",
        "the program is inside the image {image}, and {target} has no containers",
        "no command is said",
        "say the command as well, under `overrides: {{{target}: {{command: […]}}}}` if only there",
    ),
    "LD421": Code(
        "missing on this target",
        "{target} needs {path}: {why}",
        "{path} is missing here",
        "say it in the spec, under `overrides: {{{target}: …}}`, or in the site's `defaults` of {target}",
    ),
    "LD430": Code(
        "option said elsewhere", "--{option} can not stand in directives", "not here", "say it with {instead}"
    ),
    "LD431": Code(
        "control character", "{option} can not hold a control character", "a line ends or breaks here", "remove it"
    ),
    "LD432": Code(
        "program of an image",
        "{target} does not run the image's own program",
        "no command is said",
        "say the command as well, under `overrides: {{{target}: {{command: […]}}}}` if only there",
    ),
    "LD433": Code(
        "program that looks like an option",
        '"{name}" can not be the name of a program here',
        "taken for an option",
        "name the program by its path",
    ),
    "LD434": Code(
        "long script",
        "the script has {size} bytes, and {most} are the most that can be handed to each task",
        "too long",
        "put it in a file of the cluster, and run that",
    ),
    "LD435": Code(
        "queue without such GPUs",
        "the queue {queue} has no {model}: it has {known}",
        "not in that queue",
        "choose another queue, or another model",
    ),
    "LD440": Code(
        "acceptance of nothing",
        "accept names {path}, and no target of the site loses it",
        "not needed here",
        "remove it, unless it is there for another site",
        severity=NOTE,
    ),
    "LD450": Code("kept raw", "{pointer} is kept as it is, under native.{platform}.raw: {why}", "{why}", severity=NOTE),
    "LD451": Code("left out", "{pointer} is left out: {why}", "{why}", severity=NOTE),
    "LD452": Code("not kept", "{pointer} can not be kept: {why}", "{why}", "say it in the spec by hand, if it matters"),
    "LD453": Code("spec not complete", "the payload makes no whole spec: {why}", advice="add it to the spec by hand"),
    "LD454": Code("about a payload", "{why}", "about this", severity=NOTE),
    "LD455": Code(
        "taken out",
        "{pointer} is taken out again, under native.{platform}.raw: the payload does not have it",
        "not in here",
        severity=NOTE,
    ),
    "LD456": Code(
        "more than the payload",
        "{pointer} will be sent too, and the payload does not have it",
        "not in here",
        "look at the payload with `lading compile --format json`",
    ),
    "LD457": Code(
        "payload out of date",
        "{file} is not what {spec} makes",
        "the spec makes {line}",
        "look at the difference, and write it again with `lading compile … -o {folder}`",
    ),
    "LD458": Code(
        "payload missing",
        "{file} is not there, and {spec} makes it",
        advice="write it with `lading compile … -o {folder}`",
    ),
    "LD459": Code("payload of no spec", "{file} is made by no spec", advice="delete it, or name its spec as well"),
    "LD502": Code(
        "unknown secret",
        'the site names no secret "{name}"',
        "no such secret",
        "say in the site where its value is: `secrets: {{{name}: {{env: VARIABLE}}}}`",
    ),
    "LD503": Code("unknown target", 'the site has no target "{name}"', "no such target"),
    "LD504": Code(
        "override for no target",
        'the site names no target "{name}", so this override is never used',
        "no such target",
        severity=WARNING,
    ),
    "LD505": Code(
        "no default target",
        "the site does not say which of its targets is meant",
        "no `default` here",
        "name one with `-t`, or write `default:` into the site; it has {known}",
    ),
    "LD506": Code("unreadable site", "the site file {file} can not be read: {why}", advice="name another with --site"),
    "LD507": Code("unreadable lock", "the lock {file} can not be read: {why}", advice="make it readable, or remove it"),
    "LD508": Code(
        "not a lock",
        "this is not a lock",
        "expected `kind: lock`",
        "start it with `lading: v1` and `kind: lock`, or remove it",
    ),
    "LD509": Code(
        "lock of another platform",
        "the lock was written for {name} on {locked}, and the site has it on {platform}",
        "not the site's platform",
        "remove {name} from the lock, or correct the site",
    ),
    "LD510": Code(
        "lock for no target",
        'the site has no target "{name}", so what the lock says of it is not used',
        "no such target",
        severity=WARNING,
    ),
    "LD601": Code("failure outside", "{what}"),
    "LD602": Code("refused by the platform", "{what}"),
    "LD603": Code("unreachable", "{what}"),
    "LD604": Code("not supported", "{what}"),
    "LD605": Code("no such job", "{what}"),
    "LD606": Code("secret not found", "{what}"),
    "LD607": Code("outcome unknown", "{what}", advice="settle it with `lading resolve`"),
    "LD608": Code("ledger unusable", "{what}"),
    "LD609": Code("login rejected", "{what}"),
    "LD610": Code("plan unusable", "{what}"),
    "LD701": Code("wrong command line", "{what}"),
}
