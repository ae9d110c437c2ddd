/** A call of the program, and what for. */
export interface Example {
  readonly line: string;
  readonly does: string;
}

/** Of each command that does something, and of the program. */
export const examples: Readonly<Record<string, readonly Example[]>> = {
  "": [
    { line: "orchestrator demo", does: "watch a whole update of a small System" },
    { line: "orchestrator plan release.tar", does: "see what would be done, in which order" },
    { line: "orchestrator install release.tar", does: "do it" },
    { line: "orchestrator help install", does: "read what a command takes" },
  ],
  install: [
    { line: "orchestrator install release.tar", does: "update this System to its end" },
    {
      line: "orchestrator install release.tar --stop-before ArtifactCommit",
      does: "install, then wait; commit or rollback goes on",
    },
  ],
  resume: [
    { line: "orchestrator resume", does: "do what status says that it will do" },
    { line: "orchestrator resume --from /media/stick", does: "its medium is somewhere else now" },
  ],
  rollback: [{ line: "orchestrator rollback", does: "bring the old versions back" }],
  commit: [{ line: "orchestrator commit", does: "keep what was installed for a trial" }],
  status: [
    { line: "orchestrator status", does: "see what is in progress, and what resume will do" },
  ],
  history: [
    { line: "orchestrator history", does: "list past deployments, the last one first" },
    { line: "orchestrator history --json", does: "the same for a program" },
  ],
  plan: [
    { line: "orchestrator plan release.tar", does: "what install would do here" },
    {
      line: "orchestrator plan manifest.yaml --state state.yaml --format html --out plan.html",
      does: "at a desk: for the System of a state file, as a page",
    },
    {
      line: "orchestrator plan manifest.yaml --state state.yaml --diff old.yaml",
      does: "what has changed since another release",
    },
    {
      line: "orchestrator plan release.tar --certificate certificate.json --key private.pem",
      does: "with the evidence that others can check",
    },
  ],
  validate: [
    {
      line: "orchestrator validate --strict manifest.yaml",
      does: "all problems at once; warnings are errors",
    },
  ],
  "ask-gates": [
    { line: "orchestrator ask-gates", does: "know whether an update may begin: 0 yes, 5 not now" },
  ],
  "show-provides": [
    {
      line: "orchestrator show-provides --state-file state.yaml",
      does: "take the state of this System to a desk",
    },
  ],
  "show-inventory": [
    { line: "orchestrator show-inventory", does: "what the Mender Server is told" },
  ],
  "fleet merge": [
    { line: "orchestrator fleet merge part-1.json part-2.json", does: "one summary of two halves" },
  ],
  explain: [
    {
      line: "orchestrator explain manifest.yaml --state state.yaml",
      does: "the rows of the tables that decide",
    },
  ],
  simulate: [
    {
      line: "orchestrator simulate manifest.yaml --state state.yaml --faults 2",
      does: "where the System ends, whichever two things fail",
    },
    {
      line: "orchestrator simulate manifest.yaml --state state.yaml --format junit --out faults.xml",
      does: "for a test report",
    },
  ],
  "verify-plan": [
    {
      line: "orchestrator verify-plan certificate.json --manifest manifest.yaml --key public.pem",
      does: "check what plan --certificate has written, without planning",
    },
    {
      line: "orchestrator verify-plan certificate.json --history 3f2a9c41",
      does: "check as well that a past deployment did what was proved",
    },
  ],
  "bundle create": [
    {
      line: "orchestrator bundle create --manifest manifest.yaml -o release.tar --key private.pem",
      does: "pack and sign a release",
    },
  ],
  "bundle inspect": [
    { line: "orchestrator bundle inspect release.tar", does: "list what is in it" },
  ],
  "bundle verify": [
    {
      line: "orchestrator bundle verify release.tar --key public.pem",
      does: "read and check all of it",
    },
  ],
  "bundle sign": [
    { line: "orchestrator bundle sign release.tar --key private.pem", does: "sign it in place" },
  ],
  "bundle extract": [
    {
      line: "orchestrator bundle extract release.tar -C release",
      does: "unpack it into a directory",
    },
  ],
  "artifact create-manifest": [
    {
      line: "orchestrator artifact create-manifest manifest.yaml -o release.mender",
      does: "to be uploaded to the Mender Server",
    },
  ],
  fetch: [
    { line: "orchestrator fetch manifest.yaml", does: "before the network is gone" },
    {
      line: "orchestrator fetch manifest.yaml --bundle release.tar",
      does: "to be carried to a device",
    },
  ],
  "show-cache": [{ line: "orchestrator show-cache", does: "see what takes the space" }],
  "cache clean": [{ line: "orchestrator cache clean", does: "make room" }],
  "interface check": [
    {
      line: "orchestrator interface check --artifact board.mender ./interfaces/v1/board",
      does: "try an Interface with an Artifact that it takes",
    },
  ],
  module: [
    {
      line: "orchestrator module Download /var/lib/mender/modules/v3/payloads/0000/tree",
      does: "what mender-orchestrator-manifest calls",
    },
  ],
  schema: [
    { line: "orchestrator schema manifest", does: "for an editor that checks while you write" },
  ],
  "show-config": [
    { line: "orchestrator show-config", does: "see which file or variable a setting is from" },
  ],
  init: [
    {
      line: "orchestrator init my-system --example robot",
      does: "then: cd my-system && ./try.sh",
    },
  ],
  demo: [
    {
      line: "orchestrator demo --dir demo --keep",
      does: "and leave the System there to play with",
    },
    {
      line: "orchestrator demo --slow",
      does: "watch one update; it says how a second terminal does, too",
    },
  ],
  help: [{ line: "orchestrator help bundle create", does: "the same as bundle create --help" }],
  version: [{ line: "orchestrator version", does: "the same as --version" }],
  completion: [
    {
      line: "orchestrator completion bash",
      does: "a script; eval its output, or keep it where the shell looks",
    },
  ],
  man: [{ line: "orchestrator man", does: "roff; man -l reads it from a file" }],
};

/** Of a command, by its words. */
export function examplesOf(words: readonly string[]): readonly Example[] {
  return examples[words.join(" ")] ?? [];
}
