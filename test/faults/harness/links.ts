import { TcpProxy } from '../../support/tcp-proxy.js';
import { type Servers } from '../../support/test-suite.js';
import { AckGate } from './ack-gate.js';

/** One process's ways to its servers, each of which can be spoiled. */
export interface Link {
  readonly broker: TcpProxy;
  readonly database: TcpProxy;
  readonly acknowledgements: AckGate;
}

/** A proxy between every process and every server. */
export class Links {
  private constructor(private readonly byProcess: ReadonlyMap<string, Link>) {}

  static async between(processes: readonly string[], servers: Servers): Promise<Links> {
    const link = async (process: string): Promise<[string, Link]> => {
      const acknowledgements = new AckGate();
      const broker = await TcpProxy.to(portOf(servers.rabbitmqUrl), () => acknowledgements.filter());
      return [process, { broker, database: await TcpProxy.to(portOf(servers.databaseUrl)), acknowledgements }];
    };
    return new Links(new Map(await Promise.all(processes.map(link))));
  }

  of(process: string): Link {
    const link = this.byProcess.get(process);
    if (link === undefined) throw new Error(`There is no link of ${process}.`);
    return link;
  }

  /** The addresses by which a process reaches its servers through its link. */
  route(process: string, servers: Servers): Servers {
    const { broker, database } = this.of(process);
    return {
      rabbitmqUrl: withPort(servers.rabbitmqUrl, broker.port),
      databaseUrl: withPort(servers.databaseUrl, database.port),
    };
  }

  async close(): Promise<void> {
    const links = [...this.byProcess.values()];
    await Promise.all(links.flatMap(({ broker, database }) => [broker.close(), database.close()]));
  }
}

function portOf(url: string): number {
  return Number(new URL(url).port);
}

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}
