import { graphql } from '@entropic-lab/client';
import type { ResultOf } from 'gql.tada';

export const Schedules = graphql('query Schedules { schedules { id name cron timeZone nextAt lastAt spec createdAt lastRun { id number status } } }');
export type ScheduleShown = ResultOf<typeof Schedules>['schedules'][number];

export const CreateSchedule = graphql('mutation CreateSchedule($cron: String!, $timeZone: String, $name: String, $input: RunSpecInput!) { createSchedule(cron: $cron, timeZone: $timeZone, name: $name, input: $input) { id } }');
export const RemoveSchedule = graphql('mutation RemoveSchedule($id: ID!) { removeSchedule(scheduleId: $id) { id } }');
