// WADO-RS: what comes is counted as it streams by, hashed or written where that was asked for.
import { resolve } from 'node:path';
import type { HashLevel } from '../../dicom/file/hash.ts';
import { FileSink } from '../../web/file-sink.ts';
import type { WebHeaders } from '../../web/http-client.ts';
import { resourcePath, type Resource } from '../../web/paths.ts';
import { mustBeJson } from '../../web/json-model.ts';
import { Retrieved } from '../../web/retrieved.ts';
import { RetrievedBody } from '../../web/retrieved-body.ts';
import { transferSyntaxOf } from '../names.ts';
import { Answer } from '../../../api/bridge.ts';
import { badArgument } from '../sandbox/host.ts';
import type { Operation } from '../sandbox/operation.ts';
import {
  WebCall,
  type Answered,
  type AnswerUser,
  type BodyTaker,
  type Judged,
  type WebOptions,
  type WebParts,
} from './web-call.ts';
import { answerText, warningText } from './answer-text.ts';
import type { WebPhases } from './web-metrics.ts';

export type RetrieveAs = 'dicom' | 'metadata' | 'frames' | 'rendered' | 'bulkdata';

export interface WebRetrieveCall extends WebOptions {
  readonly resource: Resource;
  readonly as: RetrieveAs;
  readonly transferSyntax?: string;
  readonly accept?: string;
  readonly verify?: HashLevel;
  readonly keep?: 'nothing' | 'files';
  readonly folder?: string;
}

/** What stands behind the path of a resource. */
const SUFFIX: Readonly<Record<RetrieveAs, string>> = {
  dicom: '',
  metadata: '/metadata',
  frames: '',
  rendered: '/rendered',
  bulkdata: '/bulkdata',
};

export class WebRetrieves {
  readonly #web: WebParts;

  constructor(web: WebParts) {
    this.#web = web;
  }

  begin(operation: Operation, call: WebRetrieveCall, slot: number): void {
    const { resource, as } = call;
    const { path, name } = resourcePath(resource);
    const user = as === 'metadata' ? new MetadataUser(operation) : this.#partsOf(operation, call);
    const asked = {
      service: 'WADO-RS',
      method: 'GET',
      at: 'retrieve',
      target: { path: `${path}${SUFFIX[as]}`, name: `${name}${SUFFIX[as]}` },
      headers: ['accept', acceptOf(call)],
      taker: user instanceof PartsUser ? user : null,
    } as const;
    new WebCall(this.#web, operation, { slot, options: call, asked }, user).start();
  }

  #partsOf(operation: Operation, call: WebRetrieveCall): PartsUser {
    const folder =
      call.keep === 'files'
        ? resolve(this.#web.parts.plan.folder, call.folder ?? 'received')
        : null;
    const sink = folder === null ? null : new FileSink(folder);
    const retrieved = new Retrieved(call.verify ?? null, sink);
    const count = (counting: WebCall, outcome: string): void => {
      const { server, service } = counting.kind;
      const tags = { server, service, outcome };
      const { contexts } = this.#web.parts;
      const context = contexts.with(counting.base, `wado ${server} ${outcome}`, tags);
      this.#web.metrics.instances(context, call.as === 'dicom' ? retrieved.parts : 0);
    };
    return new PartsUser({ operation, retrieved, sink, as: call.as, count });
  }
}

/** @throws RingFault for a transfer syntax that nobody knows */
function acceptOf({ as, accept, transferSyntax }: WebRetrieveCall): string {
  if (accept !== undefined) return accept;
  if (as === 'metadata') return 'application/dicom+json';
  if (as === 'rendered') return 'image/jpeg';
  const type = as === 'dicom' ? 'application/dicom' : 'application/octet-stream';
  const syntax =
    transferSyntax === undefined ? '' : `; transfer-syntax=${syntaxOf(transferSyntax)}`;
  return `multipart/related; type="${type}"${syntax}`;
}

function syntaxOf(name: string): string {
  const uid = name === '*' ? '*' : transferSyntaxOf(name);
  if (uid !== null) return uid;
  throw badArgument(
    `retrieve: "${name}" is no transfer syntax`,
    "write a UID, a name such as 'ExplicitVRLittleEndian', or '*' for the one it is stored in",
  );
}

interface PartsOf {
  readonly operation: Operation;
  readonly retrieved: Retrieved;
  readonly sink: FileSink | null;
  readonly as: RetrieveAs;
  count(call: WebCall, outcome: string): void;
}

/** Parts of a multipart answer, or one body that is a part by itself. */
class PartsUser implements AnswerUser, BodyTaker {
  readonly #of: PartsOf;
  readonly #body: RetrievedBody;

  constructor(of: PartsOf) {
    this.#of = of;
    this.#body = new RetrievedBody(of.retrieved, of.as === 'dicom');
  }

  begin(headers: WebHeaders): void {
    this.#body.begin(headers['content-type'] ?? '');
  }

  data(chunk: Buffer): void {
    this.#body.data(chunk);
  }

  end(): void {
    this.#body.end();
  }

  counted(call: WebCall, { outcome }: Judged): void {
    this.#of.sink?.close();
    this.#of.count(call, outcome);
  }

  lost(call: WebCall, outcome: string): void {
    this.#of.sink?.close();
    this.#of.count(call, outcome);
  }

  settle({ status, headers, text }: Answered, { outcome }: Judged, phases: WebPhases): void {
    const { operation, retrieved } = this.#of;
    const warning = headers['warning'];
    const more = JSON.stringify({
      instances: retrieved.instances,
      received: retrieved.parts,
      bytes: retrieved.bytes,
      problem: text,
      warnings: warning === undefined ? [] : [warning],
    });
    const answer = answerText({ status, outcome, phases }, more, '');
    operation.host.settle(operation, Answer.JSON, 0, answer);
  }
}

/** Metadata is DICOM JSON, which the script reads as it reads matches. */
class MetadataUser implements AnswerUser {
  readonly #operation: Operation;

  constructor(operation: Operation) {
    this.#operation = operation;
  }

  judge({ headers, text }: Answered, byStatus: Judged): Judged {
    if (!byStatus.failed && text !== '') mustBeJson(headers['content-type'] ?? '', text);
    return byStatus;
  }

  settle({ status, headers, text }: Answered, { outcome }: Judged, phases: WebPhases): void {
    const answer = answerText({ status, outcome, phases }, warningText(headers), text);
    this.#operation.host.settle(this.#operation, Answer.JSON, 0, answer);
  }
}
