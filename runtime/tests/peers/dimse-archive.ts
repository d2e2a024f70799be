// A whole archive on the Server of dcmjs-dimse, in this process: what is stored is found, moved and
// got; normalised instances are kept; storage commitment is reported on the same association.
import dcmjsDimse from 'dcmjs-dimse';
import { acceptFirst } from './dimse.ts';
import { anyPortFree, HOST } from './process.ts';

const { Client, Server, Scp, Dataset, constants, log, requests, responses } = dcmjsDimse;
log.setLevel('silent');

type Elements = Record<string, unknown>;
type Instance = InstanceType<typeof Dataset>;
type Association = InstanceType<typeof dcmjsDimse.association.Association>;
type Command = InstanceType<typeof requests.NCreateRequest>;
type Answer<R> = (response: R) => void;

export interface DimseArchive {
  readonly host: string;
  readonly port: number;
  readonly aet: string;
  /** Data sets by SOP Instance UID. */
  readonly instances: ReadonlyMap<string, Instance>;
  /** Attributes of normalised instances by SOP Instance UID. */
  readonly normalised: ReadonlyMap<string, Elements>;
  /** Requests by name, in order. */
  readonly requests: readonly string[];
  /** Statuses that N-EVENT-REPORT-RQs of storage commitment were answered with. */
  readonly reports: readonly number[];
  stop(): Promise<void>;
}

class Store {
  readonly instances = new Map<string, Instance>();
  readonly normalised = new Map<string, Elements>();
  readonly requests: string[] = [];
  readonly reports: number[] = [];

  /** Instances that fit a key list; only whole UIDs are looked at. */
  matching(keys: Instance | undefined): Instance[] {
    const wanted = keys?.getElement('StudyInstanceUID') as string | undefined;
    return [...this.instances.values()].filter(
      (one) => !wanted || one.getElement('StudyInstanceUID') === wanted,
    );
  }
}

/** Starts it on a free port. `destinations`: where a C-MOVE may go to, by AE title. */
export async function startDimseArchive(
  destinations: Readonly<Record<string, { readonly host: string; readonly port: number }>> = {},
): Promise<DimseArchive> {
  const store = new Store();
  const port = await anyPortFree();
  const server = new Server(provider(store, destinations));
  server.on('networkError', () => undefined);
  server.listen(port, { logCommandDatasets: false, logDatasets: false });
  const { instances, normalised, requests: heard, reports } = store;
  return {
    ...{ host: HOST, port, aet: 'ARCHIVE', instances, normalised, requests: heard, reports },
    stop: () => {
      server.close();
      return Promise.resolve();
    },
  };
}

type Destinations = Parameters<typeof startDimseArchive>[0];

/** Stores instances at an acceptor; resolves with how many it took. */
function storeAt(
  to: { readonly host: string; readonly port: number },
  aet: string,
  instances: readonly Instance[],
): Promise<number> {
  return new Promise((resolve) => {
    const client = new Client();
    let taken = 0;
    for (const instance of instances) {
      const request = new requests.CStoreRequest(instance);
      request.on('response', (response: { getStatus(): number }) => {
        if (response.getStatus() === constants.Status.Success) taken += 1;
      });
      client.addRequest(request);
    }
    client.on('associationReleased', () => resolve(taken));
    client.on('networkError', () => resolve(taken));
    client.on('associationRejected', () => resolve(taken));
    client.send(to.host, to.port, 'ARCHIVE', aet);
  });
}

const REFERENCES = 'ReferencedSOPSequence';

function provider(store: Store, destinations: NonNullable<Destinations>): typeof Scp {
  return class extends Scp {
    override associationRequested(association: Association): void {
      for (const { context } of association.getPresentationContexts()) acceptFirst(context);
      this.sendAssociationAccept();
    }

    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }

    override cEchoRequest(
      request: InstanceType<typeof requests.CEchoRequest>,
      answer: Answer<InstanceType<typeof responses.CEchoResponse>>,
    ): void {
      answer(done(responses.CEchoResponse.fromRequest(request), 'C-ECHO'));
    }

    override cStoreRequest(
      request: InstanceType<typeof requests.CStoreRequest>,
      answer: Answer<InstanceType<typeof responses.CStoreResponse>>,
    ): void {
      const dataset = request.getDataset();
      if (dataset) store.instances.set(request.getAffectedSopInstanceUid(), dataset);
      answer(done(responses.CStoreResponse.fromRequest(request), 'C-STORE'));
    }

    override cFindRequest(
      request: InstanceType<typeof requests.CFindRequest>,
      answer: Answer<InstanceType<typeof responses.CFindResponse>[]>,
    ): void {
      const found = store.matching(request.getDataset()).map((instance) => {
        const { StudyInstanceUID, PatientID, PatientName, SOPInstanceUID } = instance.getElements();
        const response = responses.CFindResponse.fromRequest(request);
        response.setDataset(
          new Dataset({ StudyInstanceUID, PatientID, PatientName, SOPInstanceUID }),
        );
        response.setStatus(constants.Status.Pending);
        return response;
      });
      answer([...found, done(responses.CFindResponse.fromRequest(request), 'C-FIND')]);
    }

    override cMoveRequest(
      request: InstanceType<typeof requests.CMoveRequest>,
      answer: Answer<InstanceType<typeof responses.CMoveResponse>[]>,
    ): void {
      const aet = String(request.getCommandDataset()?.getElement('MoveDestination'));
      const response = done(responses.CMoveResponse.fromRequest(request), 'C-MOVE');
      const instances = store.matching(request.getDataset());
      const to = destinations[aet];
      if (to === undefined) {
        response.setStatus(0xa801);
        answer([response]);
        return;
      }
      void storeAt(to, aet, instances).then((taken) => {
        response.setCompleted(taken);
        response.setFailures(instances.length - taken);
        answer([response]);
      });
    }

    override cGetRequest(
      request: InstanceType<typeof requests.CGetRequest>,
      answer: Answer<InstanceType<typeof responses.CGetResponse>[]>,
    ): void {
      const response = done(responses.CGetResponse.fromRequest(request), 'C-GET');
      const instances = store.matching(request.getDataset());
      let answered = 0;
      const stores = instances.map((instance) => {
        const sub = new requests.CStoreRequest(instance);
        sub.on('response', () => {
          answered += 1;
          if (answered < instances.length) return;
          response.setCompleted(answered);
          answer([response]);
        });
        return sub;
      });
      if (stores.length === 0) answer([response]);
      else this.sendRequests(stores);
    }

    override nCreateRequest(
      request: Command,
      answer: Answer<InstanceType<typeof responses.NCreateResponse>>,
    ): void {
      const elements = request.getDataset()?.getElements() ?? {};
      store.normalised.set(request.getAffectedSopInstanceUid(), { ...elements });
      answer(done(responses.NCreateResponse.fromRequest(request), 'N-CREATE'));
    }

    override nSetRequest(
      request: InstanceType<typeof requests.NSetRequest>,
      answer: Answer<InstanceType<typeof responses.NSetResponse>>,
    ): void {
      const kept = store.normalised.get(request.getRequestedSopInstanceUid());
      const response = done(responses.NSetResponse.fromRequest(request), 'N-SET');
      if (kept === undefined) response.setStatus(0x0112);
      else Object.assign(kept, request.getDataset()?.getElements());
      answer(response);
    }

    override nGetRequest(
      request: InstanceType<typeof requests.NGetRequest>,
      answer: Answer<InstanceType<typeof responses.NGetResponse>>,
    ): void {
      const kept = store.normalised.get(request.getRequestedSopInstanceUid());
      const response = done(responses.NGetResponse.fromRequest(request), 'N-GET');
      if (kept === undefined) response.setStatus(0x0112);
      else response.setDataset(new Dataset({ ...kept }));
      answer(response);
    }

    override nDeleteRequest(
      request: InstanceType<typeof requests.NDeleteRequest>,
      answer: Answer<InstanceType<typeof responses.NDeleteResponse>>,
    ): void {
      const response = done(responses.NDeleteResponse.fromRequest(request), 'N-DELETE');
      if (!store.normalised.delete(request.getRequestedSopInstanceUid())) {
        response.setStatus(0x0112);
      }
      answer(response);
    }

    override nActionRequest(
      request: InstanceType<typeof requests.NActionRequest>,
      answer: Answer<InstanceType<typeof responses.NActionResponse>>,
    ): void {
      answer(done(responses.NActionResponse.fromRequest(request), 'N-ACTION'));
      const asked = request.getDataset()?.getElements() ?? {};
      setImmediate(() => this.sendRequests(this.#report(asked)));
    }

    /** PS3.4 J.3.3: 1 all committed, 2 failures exist. */
    #report(asked: Elements): InstanceType<typeof requests.NEventReportRequest> {
      const list = [asked[REFERENCES] ?? []].flat() as Elements[];
      const has = (one: Elements): boolean =>
        store.instances.has(String(one['ReferencedSOPInstanceUID']));
      const failed = list.filter((one) => !has(one)).map((o) => ({ ...o, FailureReason: 0x0112 }));
      const report = new requests.NEventReportRequest(
        constants.SopClass.StorageCommitmentPushModel,
        '1.2.840.10008.1.20.1.1',
        failed.length === 0 ? 1 : 2,
      );
      const elements: Elements = { TransactionUID: asked['TransactionUID'] };
      elements[REFERENCES] = list.filter(has);
      if (failed.length > 0) elements['FailedSOPSequence'] = failed;
      report.setDataset(new Dataset(elements));
      report.on('response', (response: { getStatus(): number }) => {
        store.reports.push(response.getStatus());
      });
      return report;
    }
  };

  function done<R extends { setStatus(status: number): void }>(response: R, what: string): R {
    store.requests.push(what);
    response.setStatus(constants.Status.Success);
    return response;
  }
}
