import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { movedWhole } from './moved-whole';

/** Of every broker for tests: each is alone, so none meets another of its cluster. */
const CLUSTER_ID = 'ZGF5Ym9vay1mb3ItdGVzdA';

export interface KafkaUser {
  readonly name: string;
  readonly password: string;
}

/**
 * The data folder of a broker that has this user and was never started, to be copied. It is made the first time and kept
 * beside the jars: a second of a processor for each broker otherwise.
 */
export async function formattedData(jars: string, user: KafkaUser): Promise<string> {
  const arguments_ = formatArguments(user);
  const name = createHash('sha256').update(arguments_.join(' ')).digest('hex').slice(0, 12);
  const folder = `${jars}-data-${name}`;
  await movedWhole(folder, async (draft) => {
    const settings = join(draft, 'server.properties');
    const data = join(draft, 'data');
    writeFileSync(settings, settingsFor(data));
    const java = ['-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];
    const tool = ['kafka.tools.StorageTool', 'format', '-c', settings];
    await promisify(execFile)('java', [...java, ...tool, ...arguments_]);
    return data;
  });
  return folder;
}

function formatArguments({ name, password }: KafkaUser): readonly string[] {
  return [
    `--cluster-id=${CLUSTER_ID}`,
    ...['--add-scram', `SCRAM-SHA-256=[name=${name},password=${password}]`],
    ...['--add-scram', `SCRAM-SHA-512=[name=${name},password=${password}]`],
  ];
}

/** What the format needs to know. Ports are free to differ in the broker. */
function settingsFor(data: string): string {
  return [
    ...['process.roles=broker,controller', 'node.id=1', 'controller.quorum.voters=1@127.0.0.1:1'],
    ...[
      'controller.listener.names=CONTROLLER',
      'listeners=PLAIN://127.0.0.1:2,CONTROLLER://127.0.0.1:1',
    ],
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAIN:PLAINTEXT',
    ...['inter.broker.listener.name=PLAIN', `log.dirs=${data}`, ''],
  ].join('\n');
}
