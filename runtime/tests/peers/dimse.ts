// The Server of dcmjs-dimse, in this process: an implementation of DICOM that is not ours.
import dcmjsDimse from 'dcmjs-dimse';
import { anyPortFree, HOST } from './process.ts';

const { Server, Scp, Dataset, constants, log, responses } = dcmjsDimse;
log.setLevel('error');

export interface StoredInstance {
  readonly sopInstanceUid: string;
  readonly callingAET: string;
  readonly calledAET: string;
  /** Elements by keyword, as dcmjs reads them. */
  readonly elements: Readonly<Record<string, unknown>>;
}

export interface DimseServer {
  readonly host: string;
  readonly port: number;
  readonly aet: string;
  readonly stored: readonly StoredInstance[];
  readonly echoes: () => number;
  stop(): Promise<void>;
}

export interface DimseServerOptions {
  readonly aet?: string;
  /** Called AE titles other than `aet` are rejected. Default false. */
  readonly checkCalledAet?: boolean;
  /** Status of every C-STORE-RSP. Default 0x0000. */
  readonly storeStatus?: number;
  /** Matches of every C-FIND, elements by keyword. */
  readonly matches?: readonly Record<string, unknown>[];
}

/** Starts an echo, storage and query provider on a free port. */
export async function startDimseServer(options: DimseServerOptions = {}): Promise<DimseServer> {
  const { aet = 'DIMSE' } = options;
  const stored: StoredInstance[] = [];
  let echoes = 0;
  const handlers: Handlers = {
    accepts: (called) => !options.checkCalledAet || called === aet,
    echoed: () => (echoes += 1),
    stored: (instance) => stored.push(instance),
    storeStatus: options.storeStatus ?? constants.Status.Success,
    matches: options.matches ?? [],
  };
  const port = await anyPortFree();
  const server = new Server(provider(handlers));
  server.on('networkError', () => undefined);
  server.listen(port, { logCommandDatasets: false, logDatasets: false });
  return {
    ...{ host: HOST, port, aet, stored, echoes: () => echoes },
    stop: () => {
      server.close();
      return Promise.resolve();
    },
  };
}

interface Handlers {
  accepts(calledAET: string): boolean;
  echoed(): void;
  stored(instance: StoredInstance): void;
  readonly storeStatus: number;
  readonly matches: readonly Record<string, unknown>[];
}

/** The class that dcmjs-dimse instantiates for each association. */
function provider(handlers: Handlers): typeof Scp {
  return class extends Scp {
    #association: InstanceType<typeof dcmjsDimse.association.Association> | undefined;

    override associationRequested(
      association: InstanceType<typeof dcmjsDimse.association.Association>,
    ): void {
      this.#association = association;
      if (!handlers.accepts(association.getCalledAeTitle())) {
        const { RejectResult, RejectSource, RejectReason } = constants;
        this.sendAssociationReject(
          RejectResult.Permanent,
          RejectSource.ServiceUser,
          RejectReason.CalledAeNotRecognized,
        );
        return;
      }
      for (const { context } of association.getPresentationContexts()) acceptFirst(context);
      this.sendAssociationAccept();
    }

    override cEchoRequest(
      request: InstanceType<typeof dcmjsDimse.requests.CEchoRequest>,
      callback: (response: InstanceType<typeof responses.CEchoResponse>) => void,
    ): void {
      handlers.echoed();
      const response = responses.CEchoResponse.fromRequest(request);
      response.setStatus(constants.Status.Success);
      callback(response);
    }

    override cStoreRequest(
      request: InstanceType<typeof dcmjsDimse.requests.CStoreRequest>,
      callback: (response: InstanceType<typeof responses.CStoreResponse>) => void,
    ): void {
      handlers.stored({
        sopInstanceUid: request.getAffectedSopInstanceUid() ?? '',
        callingAET: this.#association?.getCallingAeTitle() ?? '',
        calledAET: this.#association?.getCalledAeTitle() ?? '',
        elements: request.getDataset()?.getElements() ?? {},
      });
      const response = responses.CStoreResponse.fromRequest(request);
      response.setStatus(handlers.storeStatus);
      callback(response);
    }

    override cFindRequest(
      request: InstanceType<typeof dcmjsDimse.requests.CFindRequest>,
      callback: (response: InstanceType<typeof responses.CFindResponse>[]) => void,
    ): void {
      const found = handlers.matches.map((elements) => {
        const response = responses.CFindResponse.fromRequest(request);
        response.setDataset(new Dataset(elements));
        response.setStatus(constants.Status.Pending);
        return response;
      });
      const final = responses.CFindResponse.fromRequest(request);
      final.setStatus(constants.Status.Success);
      callback([...found, final]);
    }

    override associationReleaseRequested(): void {
      this.sendAssociationReleaseResponse();
    }
  };
}

type Context = ReturnType<
  InstanceType<typeof dcmjsDimse.association.Association>['getPresentationContexts']
>[number]['context'];

/** Accepts a context with the first transfer syntax that was proposed. */
export function acceptFirst(context: Context): void {
  const [first] = context.getTransferSyntaxUids();
  if (first === undefined) return;
  context.setResult(constants.PresentationContextResult.Accept, first);
}
