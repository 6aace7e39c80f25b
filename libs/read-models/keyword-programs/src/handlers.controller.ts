import { Controller, Get, Query } from '@nestjs/common';
import { ApiQuery, ApiTags } from '@nestjs/swagger';
import { Problem, validQuery } from '@mo-ledger/http';
import { installedHandlers } from '@mo-ledger/installed-handlers';
import { Keyset, ListQuery } from '@mo-ledger/read-model-kit';

const order = new Keyset('handlers', [{ column: 'name', kind: 'text' }], 'asc');

/** `GET /handlers` (API.md): the keyword handlers that are installed, in the order of their list. */
@ApiTags('provisioned')
@Controller('handlers')
export class HandlersController {
  @Get()
  @ApiQuery({ type: ListQuery })
  list(@Query() query: object) {
    const { limit, cursor } = validQuery(ListQuery, query);
    const handlers = installedHandlers.all.map(({ name, description, settingsSchema, events }) => ({
      ...{ name, description, settings: settingsSchema, events: events.map(({ type }) => type) },
    }));
    const ended = handlers.findIndex((handler) => order.cursorOf(handler) === cursor);
    if (cursor !== undefined && ended < 0) {
      const message = 'is not a cursor of this list';
      throw new Problem(400, `cursor ${message}`, [{ field: 'cursor', message }]);
    }
    return order.page(handlers.slice(ended + 1), limit, (handler) => handler);
  }
}
