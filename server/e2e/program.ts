// The program under test: the real binary, with its data and its log on disk.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Credentials {
  base_url: string;
  secret_key: string;
  publishable_key: string;
  webhook_secret: string;
  mid: string;
  site_id: string;
}

/** A row of the sandbox processor's ledger. */
export interface Authorization {
  reference: string;
  status: string;
  last4: string;
  amount: number;
}

let binary = "";

/** Builds the program once for all the files of a run. */
function build(): string {
  if (!binary) {
    binary = join(mkdtempSync(join(tmpdir(), "paywicket-bin-")), "paywicket");
    execFileSync("go", ["build", "-o", binary, "./server/cmd/paywicket"], { stdio: "inherit" });
  }
  return binary;
}

const wait = (ms: number) => new Promise((go) => setTimeout(go, ms));

export class Program {
  readonly data: string;
  readonly log: string;
  credentials!: Credentials;
  #process!: ChildProcess;
  #printed = "";

  private constructor() {
    const folder = mkdtempSync(join(tmpdir(), "paywicket-e2e-"));
    this.data = join(folder, "data");
    this.log = join(folder, "log");
  }

  /** Starts the demo on a free port and waits until it serves. */
  static async start(...flags: string[]): Promise<Program> {
    const program = new Program();
    const credentials = `${program.data}.json`;
    const args = ["demo", "--listen", "127.0.0.1:0", "--data", program.data, "--credentials", credentials, ...flags];
    program.#process = spawn(build(), args, { stdio: ["ignore", "pipe", openSync(program.log, "w")] });
    program.#process.stdout?.on("data", (text) => (program.#printed += String(text)));
    for (let tries = 0; tries < 200; tries++) {
      if (existsSync(credentials)) {
        program.credentials = JSON.parse(readFileSync(credentials, "utf8"));
        return program;
      }
      if (program.#process.exitCode !== null) break;
      await wait(50);
    }
    throw new Error(`the demo did not start: ${program.#printed} ${readFileSync(program.log, "utf8")}`);
  }

  get url(): string {
    return this.credentials.base_url;
  }

  /** Calls the native API with the secret key. */
  async api<T = Record<string, unknown>>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(this.url + path, {
      method,
      headers: { Authorization: `Bearer ${this.credentials.secret_key}`, ...(body ? { "Content-Type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const answer = response.status === 204 ? {} : await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${JSON.stringify(answer)}`);
    return answer as T;
  }

  /** Runs another of the program's commands, as an operator would. */
  run(...args: string[]): string {
    return execFileSync(build(), args, { encoding: "utf8" });
  }

  /** Opens a session, as a merchant's server would. */
  async session(more: Record<string, unknown> = {}): Promise<string> {
    const { id } = await this.api<{ id: string }>("POST", "/v1/checkout_sessions", { amount: 4900, currency: "USD", ...more });
    return id;
  }

  /** What the processor has decided, in its own words. */
  async ledger(): Promise<Authorization[]> {
    const at = /Ledger\s+(\S+)/.exec(this.#printed)?.[1];
    return (await fetch(`${at}authorizations`)).json() as Promise<Authorization[]>;
  }

  /** Stops the program, then gives every file of the data directory and the log. */
  async stop(): Promise<Map<string, Buffer>> {
    const ended = new Promise((end) => this.#process.once("exit", end));
    this.#process.kill("SIGTERM");
    await ended;
    const files = new Map<string, Buffer>([["log", readFileSync(this.log)], ["printed", Buffer.from(this.#printed)]]);
    for (const name of readdirSync(this.data)) {
      const path = join(this.data, name);
      if (statSync(path).isFile()) files.set(name, readFileSync(path));
    }
    rmSync(join(this.data, ".."), { recursive: true, force: true });
    return files;
  }
}
