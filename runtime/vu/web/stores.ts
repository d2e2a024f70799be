// STOW-RS: instances of pools as one multipart request; which of them were taken, the answer says.
import type { CompiledEdits, Edits } from '../../dicom/edit/edits.ts';
import { compileEdits } from '../../dicom/edit/edits.ts';
import { memberNumber } from '../../dicom/pool/identity.ts';
import { sizeClass } from '../../dicom/pool/share.ts';
import type { Prototype } from '../../dicom/pool/prototype.ts';
import { statusName as reasonName } from '../../dicom/dimse/status-text.ts';
import { statusHex } from '../../dicom/dimse/status.ts';
import { bodyPieces, InstanceImages, type PartBytes } from '../../web/instance-image.ts';
import { closing, newBoundary, relatedType } from '../../web/multipart-writer.ts';
import { resourcePath } from '../../web/paths.ts';
import { statusOutcome } from '../../web/http-status.ts';
import { storeFates, type StoreFates } from '../../web/store-fates.ts';
import { shortName } from '../names.ts';
import type { DeliveryPort } from '../dimse/delivery.ts';
import { ownUids } from '../dimse/store-edits.ts';
import type { Ledger, OwnUids } from '../observe/ledger.ts';
import type { Tags } from '../observe/tags.ts';
import { Answer } from '../../../api/bridge.ts';
import type { Operation } from '../sandbox/operation.ts';
import {
  WebCall,
  type Answered,
  type AnswerUser,
  type Judged,
  type WebOptions,
  type WebParts,
} from './web-call.ts';
import { answerText } from './answer-text.ts';
import type { WebPhases } from './web-metrics.ts';

/** One instance, as the sandbox names it (api/dicomweb/server.ts). */
interface StoreItem {
  readonly prototype: number;
  readonly study: number;
  readonly series: number;
  readonly instance: number;
  readonly asIs?: boolean;
  readonly edits?: Readonly<Record<string, unknown>>;
}

export interface WebStoreCall extends WebOptions {
  readonly items: readonly StoreItem[];
  /** Study Instance UID of the resource, absent for any. */
  readonly study?: string;
}

/** An instance on its way. */
interface Sent {
  readonly item: StoreItem;
  readonly prototype: Prototype;
  readonly study: number;
  readonly member: number;
  readonly uids: OwnUids | null;
  readonly uid: string;
}

/** Tags of a prototype's instances, and a text that says the same. */
interface InstanceClass {
  readonly tags: Tags;
  readonly text: string;
}

const MAX_COMPILED = 1000;

export class WebStores {
  readonly #web: WebParts;
  readonly #delivery: DeliveryPort;
  readonly #ledger: Ledger;
  readonly #boundary = newBoundary();
  readonly #images: InstanceImages;
  readonly #compiled = new Map<string, CompiledEdits>();
  readonly #classes = new WeakMap<Prototype, InstanceClass>();
  readonly #headers: readonly string[];

  constructor(web: WebParts, more: { readonly delivery: DeliveryPort; readonly ledger: Ledger }) {
    this.#web = web;
    this.#delivery = more.delivery;
    this.#ledger = more.ledger;
    this.#images = new InstanceImages(web.parts.plan.runNumber, this.#boundary);
    const type = relatedType(this.#boundary);
    this.#headers = ['content-type', type, 'accept', 'application/dicom+json'];
  }

  /** @throws DataError where edits do not fit the data set */
  begin(operation: Operation, call: WebStoreCall, slot: number): void {
    const sent = call.items.map((item) => this.#sent(item));
    const parts = sent.map((one) => this.#part(one));
    const [first] = sent;
    const tags = first === undefined ? {} : this.#tagsOf(sent);
    const asked = {
      service: 'STOW-RS',
      method: 'POST',
      at: 'store',
      target: resourcePath(call.study === undefined ? {} : { study: call.study }),
      headers: this.#headers,
      body: this.#body(parts),
      tags,
    } as const;
    const user = new StoreUser(operation, sent, (how) => this.#count(how, slot));
    new WebCall(this.#web, operation, { slot, options: call, asked }, user).start();
  }

  #sent(item: StoreItem): Sent {
    const prototype = this.#web.parts.prototype(item.prototype);
    const uids = ownUids(prototype, { ...item, association: 0 }, this.#delivery);
    const member = memberNumber(item.series, item.instance);
    return {
      ...{ item, prototype, uids, member },
      study: item.study,
      uid: uids?.uid ?? this.#delivery.uidOf(item),
    };
  }

  #part({ item, prototype, study, member }: Sent): PartBytes {
    const identity = item.asIs === true ? null : { study, member };
    const edits = item.edits === undefined ? null : this.#edits(item.edits as Edits);
    return this.#images.part({ prototype, identity, edits });
  }

  #edits(edits: Edits): CompiledEdits {
    const key = JSON.stringify(edits);
    let compiled = this.#compiled.get(key);
    if (compiled === undefined) {
      if (this.#compiled.size >= MAX_COMPILED) this.#compiled.clear();
      this.#compiled.set(key, (compiled = compileEdits(edits)));
    }
    return compiled;
  }

  #body(parts: readonly PartBytes[]) {
    const end = closing(this.#boundary);
    const bytes = parts.reduce((sum, part) => sum + part.bytes, end.length);
    const inMemory = parts.every(({ file }) => file === null);
    const pieces = () =>
      inMemory ? [...parts.flatMap((part) => part.pieces), end] : bodyPieces(parts, end);
    return { bytes, pieces };
  }

  /** Those that all instances of the request have in common. */
  #tagsOf(sent: readonly Sent[]): Tags {
    const all = sent.map(({ prototype }) => this.#classOf(prototype).tags);
    const [first = {}] = all;
    if (all.every((one) => one === first)) return first;
    return Object.fromEntries(
      Object.entries(first).filter(([tag, value]) => all.every((one) => one[tag] === value)),
    );
  }

  #classOf(prototype: Prototype): InstanceClass {
    let known = this.#classes.get(prototype);
    if (known === undefined) {
      const { modality, sopClass, transferSyntax, datasetBytes } = prototype.share;
      const tags = {
        modality,
        sop_class: shortName(sopClass),
        transfer_syntax: shortName(transferSyntax),
        size_class: sizeClass(datasetBytes),
      };
      known = { tags, text: Object.values(tags).join(' ') };
      this.#classes.set(prototype, known);
    }
    return known;
  }

  /** Every instance by what became of it; the accepted ones go into ledger and account. */
  #count({ call, outcomeOf, sent }: Fates, slot: number): void {
    for (const [index, one] of sent.entries()) {
      const outcome = outcomeOf(index);
      this.#counted(call, this.#classOf(one.prototype), outcome);
      if (outcome === 'success' || outcome === 'warning') this.#accepted(call, one, slot);
    }
  }

  #counted({ base, kind }: WebCall, { tags, text }: InstanceClass, outcome: string): void {
    const { metrics, parts } = this.#web;
    const { server, service } = kind;
    const key = `stow ${server} ${outcome} ${text}`;
    const context =
      base.derived.get(key) ??
      parts.contexts.with(base, key, { ...tags, server, service, outcome });
    metrics.instances(context, 1);
  }

  #accepted(call: WebCall, { item, study, member, uids, prototype }: Sent, slot: number): void {
    this.#ledger.sent(study, member, uids);
    const { deliversTo, name } = call.server;
    if (deliversTo < 0) return;
    const route = { deliversTo, route: name, peer: { calledAET: name } };
    const at = { study, member, prototype: prototype.number, slot, sendStart: call.sendStart };
    const edited = item.edits !== undefined && this.#delivery.compares(deliversTo);
    if (uids === null && !edited) {
      this.#delivery.accepted(route, at);
      return;
    }
    const named = uids ?? this.#delivery.uidsOf(at);
    const identity = item.asIs === true ? null : ([study, member] as const);
    const recipe = { identity, edits: JSON.stringify(item.edits) };
    this.#delivery.acceptedByUid(route, at, edited ? { ...named, recipe } : named);
  }
}

/** What became of each instance of a request. */
interface Fates {
  readonly call: WebCall;
  readonly sent: readonly Sent[];
  outcomeOf(index: number): string;
}

class StoreUser implements AnswerUser {
  readonly #operation: Operation;
  readonly #sent: readonly Sent[];
  readonly #count: (fates: Fates) => void;
  #fates: StoreFates | null = null;

  constructor(operation: Operation, sent: readonly Sent[], count: (fates: Fates) => void) {
    this.#operation = operation;
    this.#sent = sent;
    this.#count = count;
  }

  judge({ status, headers, text }: Answered): Judged {
    const contentType = headers['content-type'] ?? '';
    const uids = this.#sent.map(({ uid }) => uid);
    this.#fates = storeFates(uids, { status, contentType, text });
    const { outcome, failed } = this.#fates;
    const isRefused = statusOutcome(status) === 'failure';
    if (failed.length === 0 || isRefused) return { outcome, failed: isRefused };
    const why = `${failed.length} of ${uids.length} instances were not stored`;
    return { outcome, failed: true, why };
  }

  counted(call: WebCall): void {
    this.#count({
      call,
      sent: this.#sent,
      outcomeOf: (index) => this.#fates?.each[index] ?? 'failure',
    });
  }

  lost(call: WebCall, outcome: string): void {
    this.#count({ call, sent: this.#sent, outcomeOf: () => outcome });
  }

  settle({ status, headers }: Answered, { outcome }: Judged, phases: WebPhases): void {
    const operation = this.#operation;
    const warning = headers['warning'];
    const warned = (this.#fates?.warned ?? []).map(
      ({ uid, reason }) => `${uid}: ${statusHex(reason)} ${reasonName(reason, 'C-STORE')}`,
    );
    const more = JSON.stringify({
      failed: this.#fates?.failed ?? [],
      warnings: warning === undefined ? warned : [warning, ...warned],
    });
    const answer = answerText({ status, outcome, phases }, more, '');
    operation.host.settle(operation, Answer.JSON, 0, answer);
  }
}
