/** Where the tests find their servers. */
export interface PartAddresses {
  readonly rabbitmqUrl: string;
  readonly managementUrl: string;
  readonly databaseUrl: string;
}
