import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { EngineMisconfigured, surviveLostConnections } from '@daybook/platform/plain';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  type Admin,
  ConfigResourceTypes,
  Kafka,
  logLevel,
  ResourcePatternTypes,
} from 'kafkajs';
import { freePort, kafkaBrokers, until } from '../../../../test/dependencies';
import { KAFKA_USER } from '../../../../test/kafka-broker';
import { describeWith } from '../../../../test/needs';
import { KafkaFixture, RETENTION_MS } from '../../testing/kafka-fixture';
import { message } from '../../testing/log-fixture';

/** Only the broker that we start ourselves has a listener with users whose passwords we know. */
const SECURED = process.env.DAYBOOK_TEST_KAFKA_SECURED;
const { DESCRIBE, DESCRIBE_CONFIGS, READ, WRITE } = AclOperationTypes;

describeWith('kafka', 'opening Kafka', () => {
  const kafka = new KafkaFixture();
  let admin: Admin;
  let topic: string;

  /** The message of the error when the log cannot be opened. */
  const refusal = async (
    brokers: string,
    options: Parameters<KafkaFixture['open']>[1] = {},
  ): Promise<string> => {
    // With Node's own sockets, as these tests are about encryption and closed connections.
    const opened = kafka.open(topic, { brokers, connect: undefined, ...options } as never);
    const error: unknown = await opened.then(
      () => undefined,
      (reason) => reason,
    );
    expect(error).toBeInstanceOf(EngineMisconfigured);
    const { message: sentence } = error as Error;
    expect(sentence).not.toContain(KAFKA_USER.password);
    return sentence;
  };
  const grant = async (...operations: AclOperationTypes[]): Promise<void> => {
    await admin.createAcls({
      acl: operations.map((operation) => ({
        resourceType: AclResourceTypes.TOPIC,
        resourceName: topic,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        principal: `User:${KAFKA_USER.name}`,
        host: '*',
        operation,
        permissionType: AclPermissionTypes.ALLOW,
      })),
    });
    // Brokers learn of it a moment later.
    await until(async () => {
      const { resources } = await admin.describeAcls({
        resourceType: AclResourceTypes.TOPIC,
        resourceName: topic,
        resourcePatternType: ResourcePatternTypes.LITERAL,
        operation: AclOperationTypes.ANY,
        permissionType: AclPermissionTypes.ANY,
      });
      const granted = new Set(resources.flatMap(({ acls }) => acls.map((acl) => acl.operation)));
      return operations.every((operation) => granted.has(operation));
    });
  };

  beforeAll(async () => {
    await kafka.begin();
    admin = new Kafka({ brokers: [kafkaBrokers()], logLevel: logLevel.NOTHING }).admin();
    await admin.connect();
  });
  beforeEach(() => {
    topic = `start-${randomUUID()}`;
  });
  afterAll(async () => {
    await admin.disconnect();
    await kafka.end();
  });

  it('creates missing topics with their settings', async () => {
    const compacted = `${topic}-compacted`;
    await kafka.open(topic, {
      topics: [
        { name: topic, partitions: 3, retentionMs: RETENTION_MS },
        { name: compacted, partitions: 1, retentionMs: null },
      ],
    });
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic, compacted] });
    const counts = new Map(topics.map(({ name, partitions }) => [name, partitions.length]));
    expect([counts.get(topic), counts.get(compacted)]).toEqual([3, 1]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: false,
      resources: [topic, compacted].map((name) => ({ type: ConfigResourceTypes.TOPIC, name })),
    });
    const setting = (name: string, key: string): string | undefined =>
      resources
        .find(({ resourceName }) => resourceName === name)
        ?.configEntries.find(({ configName }) => configName === key)?.configValue;
    expect(setting(topic, 'cleanup.policy')).toBe('delete');
    expect(setting(topic, 'retention.ms')).toBe(String(RETENTION_MS));
    expect(setting(compacted, 'cleanup.policy')).toBe('compact');
  });

  it('refuses a topic with another clean-up policy', async () => {
    await kafka.open(topic);
    const topics = [{ name: topic, partitions: 4, retentionMs: null }];
    expect(await refusal(kafkaBrokers(), { topics })).toBe(
      `Kafka: the topic ${topic} has cleanup.policy=delete. Set it to compact: the topic must keep the last message of every key.`,
    );
  });

  it('warns of another number of partitions, and keeps it', async () => {
    await kafka.open(topic);
    const warnings: string[] = [];
    const log = await kafka.open(topic, {
      topics: [{ name: topic, partitions: 8, retentionMs: RETENTION_MS }],
      warn: (sentence) => warnings.push(sentence),
    });
    expect(warnings).toEqual([expect.stringContaining('has 4 partitions, not 8')]);
    await log.publish(topic, [message('a', 1), message('b', 2), message('c', 3)]);
    const ends = await admin.fetchTopicOffsets(topic);
    expect(ends.reduce((sum, { high }) => sum + Number(high), 0)).toBe(3);
  });

  it('says that no broker answers', async () => {
    const place = `127.0.0.1:${await freePort()}`;
    expect(await refusal(place)).toBe(
      `Kafka: ${place} cannot be reached (ECONNREFUSED). Start the brokers, or correct the address in DAYBOOK_KAFKA_BROKERS.`,
    );
  });

  it('says what is wrong with the address', async () => {
    expect(await refusal('localhost')).toContain(
      'DAYBOOK_KAFKA_BROKERS names "localhost", which is not host:port. Write host:port',
    );
  });

  it('says that the listener does not speak TLS', async () => {
    expect(await refusal(`kafka+tls://${kafkaBrokers()}`)).toContain(
      'does not speak TLS. Write kafka:// in DAYBOOK_KAFKA_BROKERS',
    );
  });

  describeWith('java', 'where the listener speaks TLS', () => {
    it('says so', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'daybook-tls-'));
      const store = join(folder, 'store.p12');
      const what = ['-genkeypair', '-alias', 'a', '-keyalg', 'EC', '-dname', 'CN=localhost'];
      const where = ['-storetype', 'PKCS12', '-keystore', store, '-storepass', 'changeit'];
      execFileSync('keytool', [...what, ...where], { stdio: 'ignore' });
      const server = surviveLostConnections(
        createServer({ pfx: readFileSync(store), passphrase: 'changeit' }),
      );
      server.on('tlsClientError', () => undefined);
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      try {
        const place = `127.0.0.1:${(server.address() as AddressInfo).port}`;
        expect(await refusal(place)).toContain('speaks TLS. Write kafka+tls://');
        expect(await refusal(`kafka+tls://${place}`)).toContain(
          'has a certificate that is not trusted',
        );
      } finally {
        server.close();
        rmSync(folder, { recursive: true });
      }
    });
  });

  (SECURED ? describe : describe.skip)('with users and rights', () => {
    const { name, password } = KAFKA_USER;
    const login = `kafka://${name}:${password}@${SECURED}`;

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
      'says that the broker does not accept the user with %s',
      async (mechanism) => {
        expect(await refusal(`kafka://${name}:wrong@${SECURED}?sasl=${mechanism}`)).toBe(
          `Kafka: ${SECURED} does not accept the user "daybook" with ${mechanism}. Correct the user, the password or sasl= in DAYBOOK_KAFKA_BROKERS.`,
        );
      },
    );

    it('says that a login may be missing', async () => {
      expect(await refusal(SECURED as string)).toContain(
        'closes the connection: it may require a user',
      );
    });

    it('says that a topic is missing and may not be created', async () => {
      expect(await refusal(login)).toContain(`this user may not use the topic ${topic}`);
      await grant(DESCRIBE);
      expect(await refusal(login)).toContain(
        `the topic ${topic} is missing, and this user may not create it. Create it, grant`,
      );
    });

    it('says which topic may not be read or written', async () => {
      await kafka.open(topic);
      await grant(READ, DESCRIBE_CONFIGS);
      expect(await refusal(login)).toContain(
        `this user may not write to the topic ${topic}. Grant`,
      );
      const reader = await kafka.open(topic, { brokers: login, writes: [] });
      await expect(reader.publish(topic, [message('a', 1)])).rejects.toThrow('Kafka refuses');
      const subscription = { topic, group: 'g', limit: 1, handle: async () => [] };
      await expect(reader.subscribe(subscription)).rejects.toThrow(
        `this user may not be a member of the group ${topic}.g. Grant`,
      );
    });

    it.each(['plain', 'scram-sha-256', 'scram-sha-512'])(
      'publishes as a user of %s, and warns of a setting that it may not see',
      async (mechanism) => {
        await kafka.open(topic);
        await grant(WRITE);
        const brokers = `${login}?sasl=${mechanism}`;
        expect(await refusal(brokers)).toContain(`this user may not read the topic ${topic}`);
        const warnings: string[] = [];
        const log = await kafka.open(topic, {
          ...{ brokers, reads: [], warn: (sentence) => warnings.push(sentence) },
        });
        expect(warnings).toEqual([expect.stringContaining('DescribeConfigs')]);
        await log.publish(topic, [message('a', 1)]);
      },
    );
  });
});
